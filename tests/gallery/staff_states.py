"""What Law and HR can have before them, made with the services themselves."""

from __future__ import annotations

from datetime import timedelta

from elections.delivery.sweep import sweep
from elections.models import (
    Employee,
    ExtensionProposal,
    InformationSession,
    OutboxMessage,
    RosterUpload,
    StatusChange,
    Submission,
)
from elections.models.outbox import MailState
from elections.models.roster import UploadState
from elections.models.submission import Verdict
from elections.services import queue
from elections.services.change_status import StatusChanged, Wish, change_status
from elections.services.count import count_figures
from elections.services.invite import invite_again, invite_people
from elections.services.mail import hold_mail
from elections.services.propose import propose_extension, reject_extension
from elections.services.remind import remind_now, set_reminder_date
from elections.services.review import review_submission
from elections.services.sessions import Meeting, add_session, cancel_session
from elections.services.status import standing_of
from tests import factory
from tests.admin.record import make_rows
from tests.factory import DURING_OFFER, EXPIRATION
from tests.gallery import states
from tests.gallery.scene import Scene
from tests.roster_files import employee, grant
from tests.roster_uploads import applied, checked, uploaded

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REASON = "The filing took longer than expected."
TEXT = "# News\n\nPlease *read* this:\n\n| What | When |\n|---|---|\n| Deadline | January 20 |\n"


def one_of_everything(scene: Scene) -> None:
    """Each list of the admin has a row."""
    scene.rows = make_rows(scene.law) if scene.offer else {}
    scene.rows |= {"user": scene.hr.pk, "group": scene.hr.groups.get().pk}


def company(scene: Scene) -> None:
    """Some people elected, withdrew or declined, one came late, one is not eligible any more."""
    states.elected(scene)
    people = [factory.make_employee() for _ in range(6)]
    grants = [factory.make_grant(person) for person in people]
    factory.elect(people[0], grants[0])
    factory.decline(people[1])
    scene.clock.tick(days=1)
    factory.elect(people[2], grants[2])
    factory.withdraw(people[2])
    factory.elect(people[3], grants[3])
    Employee.objects.filter(pk=people[3].pk).update(is_executive_officer=True)


def counted(scene: Scene) -> None:
    """The same, and the desk's figures were counted."""
    company(scene)
    count_figures(offer=scene.offer)


def counted_after_the_end(scene: Scene) -> None:
    """The offer has expired, with a late form, and what is on the desk was counted."""
    company(scene)
    scene.clock.set(EXPIRATION + HOUR)
    late = factory.make_employee()
    factory.elect(late, factory.make_grant(late))
    count_figures(offer=scene.offer)


def before_the_offer(scene: Scene) -> None:
    """The offer has not opened yet."""
    assert scene.offer
    scene.clock.set(DURING_OFFER - 60 * DAY)


def waiting(scene: Scene) -> None:
    """Three forms wait for a review."""
    states.elected_twice(scene)
    other = factory.make_employee()
    factory.elect(other, factory.make_grant(other))
    scene.form = Submission.objects.filter(employee=scene.pat).latest("sequence")


def in_a_colleagues_hands(scene: Scene) -> None:
    """Somebody else looks at the form."""
    waiting(scene)
    queue.look_at(actor=scene.superuser, submission=scene.form)


def decided(scene: Scene) -> None:
    """The form has been found irregular, and then valid."""
    waiting(scene)
    for verdict, reason in ((Verdict.IRREGULAR, "It is not signed."), (Verdict.VALID, "")):
        review_submission(
            actor=scene.superuser, submission=scene.form, verdict=verdict, reason=reason
        )


def late_forms(scene: Scene) -> None:
    """Two forms came late; an extension covers them."""
    states.late(scene)
    other = factory.make_employee()
    factory.decline(other)
    factory.extend(scene.offer)


def late_form_not_covered(scene: Scene) -> None:
    """A form came late, and no extension covers it."""
    states.late(scene)


def on_paper_with_a_scan(scene: Scene) -> None:
    """A form on paper is on record."""
    states.by_paper(scene)


def extended(scene: Scene) -> None:
    """The offer was extended by a week."""
    assert scene.pat
    factory.extend(scene.offer)


def proposed(scene: Scene) -> None:
    """HR proposed an extension, which waits for somebody else's approval."""
    _two_are_needed(scene)
    scene.rows = {"proposal": _propose(scene).pk}


def proposal_rejected(scene: Scene) -> None:
    """The proposal was rejected."""
    proposed(scene)
    proposal = ExtensionProposal.objects.get()
    reject_extension(actor=scene.second_hr, proposal=proposal, reason="One more day is enough.")


def two_are_needed(scene: Scene) -> None:
    """An extension needs a second person."""
    _two_are_needed(scene)


def _two_are_needed(scene: Scene) -> None:
    assert scene.pat
    scene.settings.PORTAL_EXTENSION_NEEDS_APPROVAL = True


def _propose(scene: Scene) -> ExtensionProposal:
    later = EXPIRATION + 7 * DAY
    propose_extension(
        actor=scene.hr, offer=scene.offer, expected=EXPIRATION, expiration=later, reason=REASON
    )
    return ExtensionProposal.objects.get()


def reminders(scene: Scene) -> None:
    """People were reminded once and will be again."""
    assert scene.pat
    remind_now(actor=scene.hr, offer=scene.offer, seen=0)
    set_reminder_date(actor=scene.hr, offer=scene.offer, remind_at=EXPIRATION - 2 * DAY)


def invited(scene: Scene) -> None:
    """Pat was told how to sign in, and once more."""
    assert scene.pat
    invite_people(actor=scene.hr)
    invite_again(actor=scene.hr, employee=scene.pat, seen=1)


def switched_off(scene: Scene) -> None:
    """Pat's account is disabled."""
    user = scene.pat.user
    assert user is not None
    user.is_active = False
    user.save()


def invited_with_single_sign_on(scene: Scene) -> None:
    """Pat can sign in with the company's own account, too."""
    states.single_sign_on(scene)
    invited(scene)


def session_to_come(scene: Scene) -> None:
    """A session is announced for tomorrow."""
    starts = DURING_OFFER + DAY
    meeting = Meeting(
        starts_at=starts, ends_at=starts + HOUR, place="Irvine", how_to_join="Dial (877) 555-0100."
    )
    add_session(actor=scene.hr, offer=scene.offer, meeting=meeting)
    scene.rows = {"session": InformationSession.objects.latest("starts_at").pk}


def session_canceled(scene: Scene) -> None:
    """It was canceled."""
    session_to_come(scene)
    session = InformationSession.objects.get(pk=scene.rows["session"])
    cancel_session(actor=scene.hr, session=session)


def documents(scene: Scene) -> None:
    """The offer has its documents; one of them is meant."""
    scene.rows = {"document": scene.offer.documents.get(slug="announcement-letter").pk}


def mails(scene: Scene) -> None:
    """Mails in each state; one of them is meant."""
    states.elected(scene)
    mail = OutboxMessage.objects.get()
    sweep(grace=timedelta(0))
    failed = factory.make_employee()
    factory.decline(failed)
    OutboxMessage.objects.filter(employee=failed).update(
        state=MailState.FAILED, attempts=8, last_error="550 5.1.1 No such user here"
    )
    factory.extend(scene.offer)
    hold_mail(actor=scene.hr, mails=OutboxMessage.objects.filter(employee=failed))
    scene.rows = {"sent": mail.pk, "failed": OutboxMessage.objects.get(state="failed").pk}
    waits = OutboxMessage.objects.filter(kind="extension").first()
    assert waits is not None
    scene.rows["waiting"] = waits.pk


def status_changed(scene: Scene) -> None:
    """Pat elected, and went on leave since."""
    states.elected(scene)
    wish = Wish(
        expected=standing_of(scene.pat), new={"is_executive_officer": True}, reason="Appointed."
    )
    outcome = change_status(actor=scene.hr, employee=scene.pat, wish=wish)
    assert isinstance(outcome, StatusChanged), outcome
    scene.rows = {"change": StatusChange.objects.get().pk}


def upload_waits(scene: Scene) -> None:
    """Files were uploaded and nobody has looked at them."""
    assert scene.offer
    _keep(scene, uploaded(scene.hr, [employee()], [grant()]), UploadState.CHECKING)


def upload_refused(scene: Scene) -> None:
    """Files were uploaded with mistakes in them."""
    assert scene.offer
    people = [employee(), employee("000124", Hire_Date="yesterday", Country="America")]
    _keep(scene, checked(scene.hr, people, [grant(Plan="1066")]), UploadState.REFUSED)


def upload_ready(scene: Scene) -> None:
    """Files were uploaded that would change whom the offer is open to."""
    assert scene.offer
    applied(scene.hr, [employee(), employee("000124")], [grant()])
    moved = [employee(Country="DE", On_Leave="No"), employee("000125", On_Leave="Yes")]
    _keep(
        scene,
        checked(
            scene.hr,
            moved,
            [grant(), grant("00004712", Shares_Granted="2000", Shares_Outstanding="1850")],
        ),
        UploadState.READY,
    )


def upload_applied(scene: Scene) -> None:
    """Files were uploaded and applied."""
    assert scene.offer
    _keep(
        scene, applied(scene.hr, [employee(), employee("000124")], [grant()]), UploadState.APPLIED
    )


def _keep(scene: Scene, upload: RosterUpload, state: UploadState) -> None:
    assert upload.state == state, upload.report
    scene.rows = {"upload": upload.pk}
