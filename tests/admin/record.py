"""One row of everything that the admin shows, so that each of its pages has something to show."""

from __future__ import annotations

from datetime import timedelta

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.core.files.base import ContentFile
from django.core.files.storage import storages
from django.db.models import Model

from elections import clock, queries
from elections.models import (
    AuditEntry,
    Document,
    ExtensionProposal,
    InformationSession,
    Invitation,
    Offer,
    Plan,
    Reminder,
    ReminderDate,
    RenderedMail,
    RosterUpload,
    Scan,
    StatusChange,
    Submission,
    User,
)
from elections.models.submission import Verdict
from elections.services.extend import Extended, extend_offer
from elections.services.review import Decided, review_submission
from tests.factory import elect, make_employee, make_grant

LATER = timedelta(days=1)


def make_rows(actor: User) -> dict[str, int]:
    """Make one more row of each model, about a new person; their keys by the model's name."""
    offer, now = queries.current_offer(), clock.now()
    employee = make_employee()
    grant = make_grant(employee)
    submission = elect(employee, grant)
    decided = review_submission(
        actor=actor, submission=submission, verdict=Verdict.VALID, reason=""
    )
    assert isinstance(decided, Decided)
    deadline = queries.deadline_in_force(Offer.objects.get())
    extended = extend_offer(
        actor=actor,
        offer=offer,
        expected=deadline,
        expiration=deadline + LATER,
        reason="A storm.",
    )
    assert isinstance(extended, Extended)
    mail = submission.mails.get()
    rows = {
        "offer": offer,
        "plan": Plan.objects.create(code=f"P{grant.number}", name="A plan"),
        "employee": employee,
        "grant": grant,
        "submission": submission,
        "reviewdecision": decided.decision,
        "extension": extended.extension,
        "outboxmessage": mail,
        "user": employee.user,
        "emailaddress": EmailAddress.objects.create(user=employee.user, email=employee.email),
        "socialaccount": SocialAccount.objects.create(
            user=employee.user, provider="https://login.example.com", uid=employee.number
        ),
    }
    RenderedMail.objects.create(
        message=mail, mime=b"Subject: Read\n\nThis.", pdf=b"%PDF-", rendered_at=now
    )
    return {name: row.pk for name, row in (rows | _events(offer, actor, submission)).items()}


def _events(offer: Offer, actor: User, submission: Submission) -> dict[str, Model]:
    now, number = clock.now(), Document.objects.count() + 1
    day = ReminderDate.objects.create(offer=offer, remind_at=now + number * LATER, set_by=actor)
    start = now + number * LATER
    # One proposal at most waits at a time.
    ExtensionProposal.objects.filter(state="open").update(
        state="rejected", decided_by=submission.submitted_by, decided_at=now, refusal="Not yet."
    )
    return {
        "document": Document.objects.create(
            offer=offer, slug=f"d{number}", title="Read", position=number, text="It.", sha256="0"
        ),
        "informationsession": InformationSession.objects.create(
            offer=offer, starts_at=start, ends_at=start + timedelta(hours=1), place="Irvine"
        ),
        "auditentry": AuditEntry.objects.filter(act="decision").first(),
        "scan": Scan.objects.create(
            submission=submission,
            file=storages["scans"].save("scan.pdf", ContentFile(b"%PDF-")),
            content_type="application/pdf",
            size=5,
            sha256="0" * 64,
        ),
        "statuschange": StatusChange.objects.create(
            employee=submission.employee,
            changed_at=now,
            changed_by=actor,
            before={"on_leave": False},
            after={"on_leave": True},
        ),
        "reminderdate": day,
        "reminder": Reminder.objects.create(offer=offer, sent_at=now, sent_by=actor, people=1),
        "invitation": Invitation.objects.create(
            employee=submission.employee, number=1, invited_at=now, invited_by=actor
        ),
        "rosterupload": RosterUpload.objects.create(
            uploaded_by=actor,
            uploaded_at=now,
            employees="e.csv",
            grants="g.csv",
            employees_name="e.csv",
            grants_name="g.csv",
        ),
        "extensionproposal": ExtensionProposal.objects.create(
            offer=offer,
            expected=offer.expiration,
            expiration=offer.expiration + LATER,
            reason="More time.",
            proposed_by=actor,
            proposed_at=now,
        ),
    }
