"""One of each kind of mail that the portal sends, of plain facts."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from elections.core.status_words import Difference
from elections.delivery.facts import (
    ExtensionFacts,
    FormKind,
    FormReference,
    InvitationFacts,
    IrregularityFacts,
    MailFacts,
    ReinstatementFacts,
    ReminderFacts,
    StatusFacts,
)
from elections.delivery.mail import compose
from tests.delivery.documents import ON_PAPER, lines
from tests.delivery.forms import (
    DEADLINE,
    EARLIER,
    RECEIVED,
    envelope,
    form_facts,
    kept,
    late_facts,
    offer_facts,
)

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20
LATER = FormReference(
    kind=EARLIER.kind,
    receipt="7K3MQ-9WD4X-42",
    received_at=datetime(2003, 1, 15, 18, 4, 5, 123456, tzinfo=UTC),
)
REINSTATED = ReinstatementFacts(
    offer=offer_facts(),
    employee_name="Pat Example",
    form=EARLIER,
    late=True,
    reason="The deadline was moved.\nYour form came before the new one.",
    decided_at=RECEIVED,
    governing=EARLIER,
    deadline=DEADLINE,
)
EXTENSION = ExtensionFacts(
    offer=offer_facts(),
    employee_name="Pat Example",
    eligible=True,
    previous_expiration=DEADLINE,
    expiration=datetime(2003, 4, 15, 4, 0, tzinfo=UTC),
    announced_at=RECEIVED,
)
REMINDER = ReminderFacts(
    offer=offer_facts(), employee_name="Pat Example", deadline=DEADLINE, written_at=RECEIVED
)
INVITATION = InvitationFacts(
    offer=offer_facts(),
    employee_name="Pat Example",
    address="pat@example.com",
    single_sign_on="",
    deadline=DEADLINE,
    hr_email="hr@example.com",
)
STATUS = StatusFacts(
    offer=offer_facts(),
    employee_name="Pat Example",
    changes=(Difference("Last day employed", "none", "January 10, 2003"),),
    effect="By our records this offer is not open to you any more.\nOptions stay yours.",
    hr_email="hr@example.com",
)


def irregularity(**changes: Any) -> IrregularityFacts:
    """An election found irregular, without another that would count."""
    facts: dict[str, Any] = {
        "offer": offer_facts(),
        "employee_name": "Pat Example",
        "form": EARLIER,
        "reason": "The typed name is not yours.\n\nPlease sign with your legal name.",
        "decided_at": RECEIVED,
        "governing": None,
        "deadline": DEADLINE,
    }
    return IrregularityFacts(**facts | changes)


MAILS: dict[str, MailFacts] = {
    "receipt": form_facts(),
    "receipt of a decline": form_facts(kind=FormKind.DECLINE, lines=(kept(),), replaced=None),
    "receipt of a form on paper": form_facts(paper=ON_PAPER),
    "receipt of many grants": form_facts(lines=lines(30)),
    "late": late_facts(not_open_to_them=("You left the company on January 17, 2003.",)),
    "irregular": irregularity(),
    "stays late": irregularity(stays_late=True, governing=LATER),
    "reinstated": REINSTATED,
    "counts after all": dataclasses.replace(REINSTATED, late=False, governing=LATER),
    "extension": EXTENSION,
    "extension, not eligible": dataclasses.replace(EXTENSION, eligible=False),
    "reminder": REMINDER,
    "invitation": INVITATION,
    "invitation with single sign-on": dataclasses.replace(
        INVITATION, single_sign_on="Example Corporation"
    ),
    "status": STATUS,
}


def sent(kind: str) -> EmailMessage:
    """The mail of that kind as it is sent; a receipt with its PDF."""
    mime = compose(MAILS[kind], envelope(), pdf=PDF)
    return message_from_bytes(mime, _class=EmailMessage, policy=default)


def part(mail: EmailMessage, kind: str) -> str:
    """Its text ("plain") or its HTML ("html")."""
    body = mail.get_body((kind,))
    assert body
    content: str = body.get_content()
    return content.replace("\r\n", "\n")
