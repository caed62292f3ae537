"""The demo's mailbox: there in the demo alone, and as harmless as a mailbox can be."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives
from django.test import Client

from elections.delivery.eml_folder import EmlFolderBackend, list_mail
from elections.models import Offer
from tests.views.pages import words


@pytest.fixture
def folder(offer: Offer, settings, tmp_path: Path) -> Path:
    settings.PORTAL_DEMO = True
    settings.EMAIL_FILE_PATH = tmp_path
    return tmp_path


@pytest.fixture
def name(folder: Path) -> str:
    mail = EmailMultiAlternatives(
        "Your election was received", "Dear <Pat>,", "portal@example.com", ["pat@example.com"]
    )
    mail.attach_alternative("<p>Dear <b>Pat</b><script>alert(1)</script></p>", "text/html")
    mail.attach("7K3MQ.pdf", b"%PDF-1.7 bytes", "application/pdf")
    EmlFolderBackend().send_messages([mail])
    return list_mail(folder)[0].name


def paths(name: str) -> list[str]:
    mail = f"/demo/mail/{name}"
    return ["/demo/mail/", mail, f"{mail}/html", f"{mail}/attachment/0"]


def test_outside_the_demo_there_is_no_such_page(client: Client, name: str, settings):
    settings.PORTAL_DEMO = False
    assert [client.get(path).status_code for path in paths(name)] == [404] * 4


def test_in_the_demo_anyone_reads_it_and_no_one_writes(name: str):
    assert [Client().get(path).status_code for path in paths(name)] == [200] * 4
    assert [Client().post(path).status_code for path in paths(name)] == [405] * 4


def test_the_mailbox_lists_what_was_sent(name: str):
    page = Client().get("/demo/mail/")
    assert "Your election was received pat@example.com" in words(page)
    assert f'href="/demo/mail/{name}"' in page.content.decode()


def test_an_empty_mailbox_says_so(folder: Path):
    assert "No mail yet." in words(Client().get("/demo/mail/"))


def test_a_mail_is_shown_as_text_and_in_a_frame_that_may_do_nothing(name: str):
    path = f"/demo/mail/{name}"
    response = Client().get(path)
    page = response.content.decode()
    assert "Dear &lt;Pat&gt;," in page
    assert "<script>alert" not in page
    assert (
        f'<iframe class="mail-frame" sandbox title="The mail as HTML" src="/demo/mail/{name}/html">'
        in page
    )
    assert "frame-src 'self'" in response.headers["Content-Security-Policy"]
    assert "Subject: Your election was received" in words(response)


def test_the_html_part_may_load_and_run_nothing(name: str):
    response = Client().get(f"/demo/mail/{name}/html")
    policy = response.headers["Content-Security-Policy"]
    assert "<b>Pat</b>" in response.content.decode()
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "script-src" not in policy
    assert response.headers["X-Frame-Options"] == "SAMEORIGIN"


def test_an_attachment_is_downloaded_as_it_was_sent(name: str):
    response = Client().get(f"/demo/mail/{name}/attachment/0")
    assert response.content == b"%PDF-1.7 bytes"
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == 'attachment; filename="7K3MQ.pdf"'
    assert Client().get(f"/demo/mail/{name}/attachment/1").status_code == 404


@pytest.mark.parametrize("stray", ["nothing.eml", "..", "%2e%2e%2fdb.sqlite3", "x" * 300, "%00"])
def test_only_mail_can_be_read(folder: Path, stray: str):
    (folder / "secret").write_text("secret")
    assert Client().get(f"/demo/mail/{stray}").status_code == 404


def test_a_mail_without_html_has_no_frame(folder: Path):
    plain = EmailMultiAlternatives("Plain", "Only text.", "p@example.com", ["pat@example.com"])
    EmlFolderBackend().send_messages([plain])
    name = list_mail(folder)[0].name
    assert "iframe" not in Client().get(f"/demo/mail/{name}").content.decode()
    assert Client().get(f"/demo/mail/{name}/html").status_code == 404
