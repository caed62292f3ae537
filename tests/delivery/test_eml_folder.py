"""The demo's mail folder: one file a mail, and a reader that reads those files only."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage

from elections.delivery.deliver import Outcome, deliver
from elections.delivery.eml_folder import list_mail, read_mail
from elections.models import OutboxMessage, RenderedMail
from tests.delivery.conftest import make_due

BACKEND = "elections.delivery.eml_folder.EmlFolderBackend"


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = BACKEND
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def write(subject: str, **headers: str) -> None:
    EmailMessage(subject, "Hello", to=["pat@example.com"], headers=headers).send()


def test_a_delivered_mail_lies_in_the_folder_byte_for_byte(
    folder: Path, receipt: OutboxMessage
) -> None:
    assert deliver(receipt.pk) is Outcome.SENT
    (file,) = folder.iterdir()
    assert file.read_bytes() == bytes(RenderedMail.objects.get().mime)
    assert receipt.message_id.strip("<>") in file.name


def test_a_repeat_lies_beside_the_first(folder: Path, receipt: OutboxMessage) -> None:
    deliver(receipt.pk)
    OutboxMessage.objects.update(state="waiting")
    make_due(receipt)
    deliver(receipt.pk)
    first, second = folder.iterdir()
    assert first.read_bytes() == second.read_bytes()


def test_the_list_has_the_newest_first(folder: Path) -> None:
    write("First", Date="Wed, 15 Jan 2003 18:00:00 +0000")
    write("Second — über")
    second, first = list_mail(folder)
    assert (first.subject, first.to) == ("First", "pat@example.com")
    assert first.date == datetime(2003, 1, 15, 18, tzinfo=UTC)
    assert second.subject == "Second — über"
    assert second.date.tzinfo is not None


def test_a_mail_without_a_date_is_dated_by_its_arrival(folder: Path) -> None:
    write("Dateless")
    (file,) = folder.iterdir()
    file.write_bytes(b"Subject: Dateless\r\n\r\nHello\r\n")
    (listed,) = list_mail(folder)
    assert abs((datetime.now(UTC) - listed.date).total_seconds()) < 60


def test_a_folder_that_is_not_there_yet_is_empty(folder: Path) -> None:
    assert list_mail(folder) == []


def test_a_mail_is_read_by_the_name_in_the_list(folder: Path) -> None:
    write("Hello there")
    (listed,) = list_mail(folder)
    mail = read_mail(folder, listed.name)
    assert mail["Subject"] == "Hello there"
    assert mail.get_body().get_content().strip() == "Hello"


def test_nothing_but_mails_is_listed_or_read(folder: Path, tmp_path: Path) -> None:
    write("Hello")
    (folder / "notes.txt").write_text("private")
    (folder / ".half-written").write_text("half")
    (tmp_path / "secret.eml").write_text("secret")
    assert [mail.subject for mail in list_mail(folder)] == ["Hello"]
    for name in ("notes.txt", ".half-written", "../secret.eml", "..", "", "/etc/passwd"):
        with pytest.raises(FileNotFoundError):
            read_mail(folder, name)


@pytest.mark.parametrize(
    "name",
    [
        "20030115T180000.000000Z-../../secret.eml",
        "20030115T180000.000000Z-a/b.eml",
        "20030115T180000.000000Z-a.eml\n",
        "20030115T180000.000000Z-a.eml\x00",
        "20030115T180000.000000Z-..\\secret.eml",
    ],
)
def test_no_name_leads_out_of_the_folder(folder: Path, name: str) -> None:
    write("Hello")
    with pytest.raises(FileNotFoundError):
        read_mail(folder, name)


def test_a_name_that_could_be_a_mail_and_is_none_is_not_found(folder: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_mail(folder, "20030115T180000.000000Z-gone@example.com.eml")


def test_a_hostile_message_id_cannot_name_a_file_elsewhere(folder: Path, tmp_path: Path) -> None:
    write("Hello", **{"Message-ID": "<../../../escaped/@x>"})
    (file,) = folder.iterdir()
    assert file.parent == folder
    assert "/" not in file.name
    assert list(tmp_path.iterdir()) == [folder]


def test_no_half_written_file_is_left(folder: Path) -> None:
    for number in range(3):
        write(f"Mail {number}")
    assert [file.suffix for file in folder.iterdir()] == [".eml"] * 3
