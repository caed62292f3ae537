"""Handing kept bytes to the mail server, unchanged, and understanding its answer.

Goes through whatever mail backend Django is set up with, so a demo's folder and a test's list get
the same bytes as an SMTP server.
"""

from __future__ import annotations

import smtplib
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import SMTP, Policy
from typing import Any

import structlog
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend

from elections.delivery.letter import one_line
from elections.delivery.mail import without_attachment

log = structlog.get_logger(__name__)

WITH_LINK = "The mail server refused the PDF, so the mail went out with a link in its place"


class NotSent(Exception):
    """The mail server does not have the mail; it may take it later."""


class ServerAway(NotSent):
    """The mail server could not be reached, or let nobody in: it is no use to try other mails."""


class CutOff(NotSent):
    """The connection broke while the mail was handed over: the server may have it, or not."""


class Refused(Exception):
    """The mail server will never take this mail to this address."""


class KeptMail(mail.EmailMessage):
    """A mail that already is bytes; a mail backend sends these and nothing else."""

    def __init__(self, mime: bytes) -> None:
        self._kept: _AsKept = BytesParser(policy=_KEPT).parsebytes(mime)
        self._kept.mime = mime
        text = self._kept.get_body(("plain",))
        super().__init__(
            subject=self._kept["Subject"],
            body=text.get_content() if text else "",
            from_email=self._kept["From"].addresses[0].addr_spec,
            to=[address.addr_spec for address in self._kept["To"].addresses],
        )

    def message(self) -> Any:
        """What a backend asks for the bytes."""
        return self._kept


class _AsKept(EmailMessage):
    mime: bytes

    def as_bytes(
        self, unixfrom: bool = False, policy: Policy[Any] | None = None, linesep: str = "\r\n"
    ) -> bytes:
        """The bytes it was read from, whatever line ends a backend would like better."""
        return self.mime


_KEPT = SMTP.clone(message_factory=_AsKept)


def send(mime: bytes) -> str:
    """Hand over a mail; returns a remark for people, mostly empty.

    Where the server refuses the attachment, a link goes in its place. Raises `NotSent` or
    `Refused`; if it returns, the server has the mail.
    """
    connection = mail.get_connection()
    try:
        _open(connection)
        return _hand_over(connection, mime)
    finally:
        _close(connection)


def _open(connection: BaseEmailBackend) -> None:
    try:
        connection.open()
    except OSError as error:
        raise ServerAway(_said(error)) from error


def _close(connection: BaseEmailBackend) -> None:
    """Say goodbye; how that goes changes nothing in what became of the mail."""
    try:
        connection.close()
    except OSError as error:
        log.warning("mail_server_goodbye", error=_said(error))


def _hand_over(connection: BaseEmailBackend, mime: bytes) -> str:
    try:
        connection.send_messages([KeptMail(mime)])
        return ""
    except OSError as error:
        smaller = without_attachment(mime) if _is_too_big(error) else None
        if smaller is None:
            raise _judge(error) from error
        said = _said(error)
    try:
        connection.send_messages([KeptMail(smaller)])
    except OSError as error:
        raise _judge(error) from error
    return f"{WITH_LINK} ({said})."


def _is_too_big(error: OSError) -> bool:
    code, said = _answer(error)
    # RFC 5321 has 552 for it; others are known by the "too big" of RFC 3463 in the text.
    return code == 552 or said.startswith(("5.3.4", "5.2.3"))


def _judge(error: OSError) -> NotSent | Refused:
    code, _ = _answer(error)
    said = _said(error)
    if code is None:
        return CutOff(said)
    if code >= 500 and not isinstance(error, smtplib.SMTPSenderRefused):
        return Refused(said)
    # A refused sender is a mistake in our configuration: no reason to give the mail up.
    return NotSent(said)


def _answer(error: OSError) -> tuple[int | None, str]:
    """The server's code and words; no code where it gave no answer."""
    match error:
        case smtplib.SMTPRecipientsRefused():
            code, said = next(iter(error.recipients.values()))
        case smtplib.SMTPResponseException():
            code, said = error.smtp_code, error.smtp_error
        case _:
            return None, ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return code, text


def _said(error: OSError) -> str:
    code, said = _answer(error)
    return one_line(f"{code} {said}" if code else f"{type(error).__name__}: {error}")[:500]
