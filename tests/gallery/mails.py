"""Every mail that the portal writes, on sample data."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage

from elections.delivery.keep import make_mail
from elections.delivery.staff import tell_hr
from elections.models import OutboxMessage
from elections.models.outbox import MailKind
from tests.gallery import factor_states, staff_states, states
from tests.gallery.scene import Scene
from tests.mails import account_mails


@dataclass(frozen=True)
class Mails:
    """The mails of one `kind` that `state` leaves in the outbox; without a kind, those sent."""

    name: str
    kind: str
    state: Callable[[Scene], object]

    def sent(self, scene: Scene) -> Iterator[EmailMessage]:
        """Each of them, as its reader gets it."""
        self.state(scene)
        if self.kind:
            for message in OutboxMessage.objects.filter(kind=self.kind).order_by("-pk")[:1]:
                yield read(bytes(make_mail(message).mime))
        else:
            for one in account_mails():
                yield read(one.message().as_bytes())

    def text_of(self, message: EmailMessage) -> str:
        """Its text, and the names of what is attached."""
        body = message.get_body(("plain",))
        attached = [part.get_filename() or "" for part in message.iter_attachments()]
        return (body.get_content() if body else "") + "".join(f"\n[{name}]" for name in attached)


def read(mime: bytes) -> EmailMessage:
    """The mail of these bytes."""
    return message_from_bytes(mime, _class=EmailMessage, policy=policy.default)


def set_aside(scene: Scene) -> None:
    """HR is told that a mail cannot be delivered."""
    states.elected(scene)
    tell_hr(OutboxMessage.objects.get(), "550 5.1.1 No such user here")


MAILS = [
    Mails("confirmation of an election", MailKind.RECEIPT, states.elected),
    Mails("confirmation of an election on paper", MailKind.RECEIPT, states.by_paper),
    Mails("confirmation of a withdrawal", MailKind.RECEIPT, states.withdrawn),
    Mails("confirmation of a decline", MailKind.RECEIPT, states.declined),
    Mails("confirmation of a late form", MailKind.RECEIPT, states.late),
    Mails(
        "confirmation of a late form while an earlier one counts",
        MailKind.RECEIPT,
        states.late_over_earlier,
    ),
    Mails("a form is irregular", MailKind.IRREGULAR, states.irregular),
    Mails("a late form counts after all", MailKind.REINSTATED, states.reinstated),
    Mails("the offer is extended", MailKind.EXTENSION, states.elected_and_extended),
    Mails(
        "the offer is extended, to somebody undecided", MailKind.EXTENSION, staff_states.extended
    ),
    Mails("a reminder", MailKind.REMINDER, staff_states.reminders),
    Mails("an invitation", MailKind.INVITATION, staff_states.invited),
    Mails(
        "an invitation, with single sign-on",
        MailKind.INVITATION,
        staff_states.invited_with_single_sign_on,
    ),
    Mails("a change of status", MailKind.STATUS, staff_states.status_changed),
    Mails("a link for a password", "", states.password_link),
    Mails("a code to sign in with", "", states.code_mailed),
    Mails("a second factor was set up", "", factor_states.app_and_passkey),
    Mails("to HR: a mail could not be delivered", "", set_aside),
]
