"""A folder in place of a mail server: each mail is one `.eml` file, as a demo shows them."""

from __future__ import annotations

import os
import re
import tempfile
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from email.policy import default
from pathlib import Path
from typing import Any, NamedTuple

from django.conf import settings
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

# The instant of arrival, which sorts; then the Message-ID, so that copies are easy to tell.
_ARRIVAL = "%Y%m%dT%H%M%S.%f"
_NAME = re.compile(r"(\d{8}T\d{6}\.\d{6}Z)-[A-Za-z0-9@._-]{1,120}\.eml")
_NOT_IN_A_NAME = re.compile(r"[^A-Za-z0-9@._-]+")


class EmlFolderBackend(BaseEmailBackend):
    """A Django mail backend that writes into the folder `settings.EMAIL_FILE_PATH`."""

    def __init__(self, fail_silently: bool = False, **options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.folder = Path(settings.EMAIL_FILE_PATH)

    def send_messages(self, email_messages: Any) -> int:
        """Write each mail; returns how many."""
        for message in email_messages:
            _write(self.folder, message)
        return len(email_messages)


def _write(folder: Path, message: mail.EmailMessage) -> None:
    """Write one file, which appears whole or not at all."""
    written = message.message()
    token = _NOT_IN_A_NAME.sub("", str(written["Message-ID"]))[:120] or "mail"
    name = f"{datetime.now(UTC).strftime(_ARRIVAL)}Z-{token}.eml"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, prefix=".", delete=False) as file:
        file.write(written.as_bytes(linesep="\r\n"))
        file.flush()
        os.fsync(file.fileno())
    Path(file.name).replace(folder / name)


class ListedMail(NamedTuple):
    """One mail of the folder: its file's name, its date, subject and reader, as its headers say."""

    name: str
    date: datetime
    subject: str
    to: str


def list_mail(folder: Path) -> list[ListedMail]:
    """The mails in `folder`, the last one written first; none where there is no folder yet."""
    if not folder.is_dir():
        return []
    names = sorted((path.name for path in folder.iterdir()), reverse=True)
    return [_listed(folder, name) for name in names if _NAME.fullmatch(name)]


def read_mail(folder: Path, name: str) -> EmailMessage:
    """The mail in the file `name` of `folder`. Raises `FileNotFoundError`, also for a name that
    none of these files can have.
    """
    if not _NAME.fullmatch(name):
        raise FileNotFoundError(name)
    with (folder / name).open("rb") as file:
        message: EmailMessage = BytesParser(policy=default).parse(file)
    return message


def _listed(folder: Path, name: str) -> ListedMail:
    with (folder / name).open("rb") as file:
        headers = BytesHeaderParser(policy=default).parse(file)
    date = headers["Date"].datetime if headers["Date"] else None
    date = date or datetime.strptime(name.partition("-")[0], f"{_ARRIVAL}%z")
    return ListedMail(
        name=name,
        # A "-0000" comes out naive, and is UTC as well (RFC 5322).
        date=date if date.tzinfo else date.replace(tzinfo=UTC),
        subject=str(headers["Subject"] or ""),
        to=str(headers["To"] or ""),
    )
