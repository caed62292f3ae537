"""A mail as the bytes that are kept and sent: text and HTML, and a confirmation's PDF.

No name from the roster stands in a header, and a header with a line break in it is refused, so
nothing typed anywhere can add a header.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from email.headerregistry import Address
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.policy import SMTP
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.template.loader import render_to_string
from django.utils.encoding import punycode

from elections.delivery.confirmation import confirmation_letter
from elections.delivery.facts import (
    Envelope,
    ExtensionFacts,
    FormFacts,
    InvitationFacts,
    IrregularityFacts,
    MailFacts,
    ReinstatementFacts,
    ReminderFacts,
    StatusFacts,
)
from elections.delivery.invitation import invitation_letter
from elections.delivery.letter import Letter
from elections.delivery.notices import (
    extension_letter,
    irregularity_letter,
    reinstatement_letter,
    reminder_letter,
)
from elections.delivery.status_notice import status_letter

_LETTERS: dict[type, Callable[[Any], Letter]] = {
    FormFacts: confirmation_letter,
    IrregularityFacts: irregularity_letter,
    ReinstatementFacts: reinstatement_letter,
    ExtensionFacts: extension_letter,
    ReminderFacts: reminder_letter,
    InvitationFacts: invitation_letter,
    StatusFacts: status_letter,
}
_INSTEAD_OF_PDF = (
    b"\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 7bit\r\n\r\n"
    b"The PDF could not be attached, because it was refused on its way to you.\r\n"
    b"Please download it from the portal; the address is given above.\r\n"
)


def compose(facts: MailFacts, envelope: Envelope, *, pdf: bytes = b"") -> bytes:
    """The whole mail, headers and all, with CRLF line ends and in seven bits.

    `pdf` is attached where there is one. Raises `ValueError` for an address or header that
    cannot be written.
    """
    letter = _LETTERS[type(facts)](facts)
    mail = EmailMessage(policy=SMTP)
    _set_headers(mail, letter, envelope)
    context = {"letter": letter, "attached": bool(pdf)}
    # Quoted-printable keeps any line short enough for SMTP, and any relay from recoding it.
    mail.set_content(render_to_string("mail/letter.txt", context), cte="quoted-printable")
    html = render_to_string("mail/letter.html", context)
    mail.add_alternative(html, subtype="html", cte="quoted-printable")
    mail.set_boundary(_boundary("alternative", envelope))
    if isinstance(facts, FormFacts) and pdf:
        name = f"{facts.kind}-{facts.receipt}.pdf"
        mail.add_attachment(pdf, maintype="application", subtype="pdf", filename=name)
        mail.set_boundary(_boundary("mixed", envelope))
    return mail.as_bytes()


def _set_headers(mail: EmailMessage, letter: Letter, envelope: Envelope) -> None:
    mail["From"] = envelope.sender
    mail["To"] = _address(envelope.recipient)
    mail["Reply-To"] = _address(envelope.reply_to)
    mail["Subject"] = letter.subject
    mail["Date"] = envelope.written_at
    mail["Message-ID"] = envelope.message_id
    # RFC 3834: absence notes and the like are not to answer.
    mail["Auto-Submitted"] = "auto-generated"


def _address(text: str) -> Address:
    """A bare address, its domain in ASCII. Raises `ValueError` for anything else."""
    try:
        validate_email(text)
    except ValidationError as error:
        raise ValueError(f"{text!r} is not an address that mail can be sent to.") from error
    local, _, domain = text.rpartition("@")
    return Address(username=local, domain=punycode(domain))


def _boundary(part: str, envelope: Envelope) -> str:
    """What separates the parts; from the Message-ID, so that a mail has nothing random in it."""
    return f"{part}-{hashlib.sha256(envelope.message_id.encode()).hexdigest()[:32]}"


def without_attachment(mime: bytes) -> bytes | None:
    """The same mail with a note in place of its PDF; None for a mail that has none.

    For a server that refuses the attachment. Cut out of the kept bytes, so that this, too, is the
    same each time.
    """
    headers = BytesHeaderParser(policy=SMTP).parsebytes(mime)
    if headers.get_content_type() != "multipart/mixed":
        return None
    between = f"--{headers.get_boundary()}".encode("ascii")
    start, text, _attachment, end = mime.split(between)
    return between.join((start, text, _INSTEAD_OF_PDF, end))
