"""The pictures that Law, HR, auditors and superusers see in the admin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from elections.services.status import standing_of
from tests.factory import EXPIRATION
from tests.gallery import staff_states as staff
from tests.gallery import states
from tests.gallery.picture import Picture
from tests.gallery.scene import AUDITOR, EMPLOYEE, HR, LAW, PASSWORD, SUPERUSER, Scene
from tests.papers import pdf_scan

MODELS = (
    "auth_group", "account_emailaddress", "elections_auditentry", "elections_document",
    "elections_employee", "elections_extension", "elections_extensionproposal", "elections_grant",
    "elections_informationsession", "elections_offer", "elections_outboxmessage", "elections_plan",
    "elections_reminder", "elections_rosterupload", "elections_statuschange",
    "elections_submission", "elections_user", "socialaccount_socialaccount",
)  # fmt: skip


def extension(**changes: str) -> Callable[[Scene], Mapping[str, str]]:
    """The form that extends the offer by a week, with `changes`."""
    typed = {"day": "2003-01-27", "time": "21:00", "reason": staff.REASON, "step": "preview"}
    return lambda scene: typed | {"expected": EXPIRATION.isoformat()} | changes


def status(**changes: str) -> Callable[[Scene], Mapping[str, str]]:
    """The form that changes Pat's status, as the roster has it but for `changes`."""

    def sent(scene: Scene) -> Mapping[str, str]:
        now = {name: value for name, value in standing_of(scene.pat).items() if value}
        now = {name: "on" if value is True else str(value) for name, value in now.items()}
        seen = {f"seen-{name}": value for name, value in now.items()}
        return now | seen | {"reason": "Appointed today.", "step": "preview"} | changes

    return sent


def paper(**changes: Any) -> Callable[[Scene], Mapping[str, Any]]:
    """Pat's election as it is keyed in from paper, with `changes`."""
    keyed = {"day": "2003-01-15", "time": "09:30", "signature": "Pat Example", "agree": "on"}
    chosen = {"grant-0001": "exchange", "grant-0002": "keep"}

    def sent(scene: Scene) -> Mapping[str, Any]:
        scan = SimpleUploadedFile("fax.pdf", pdf_scan())
        return keyed | chosen | {"kind": "election", "step": "check", "scan": scan} | changes

    return sent


def nothing(scene: Scene) -> Mapping[str, str]:
    """A form with nothing filled in."""
    return {"step": "confirm"}


LISTS = [
    *(
        Picture(f"{model} list", SUPERUSER, f"admin:{model}_changelist", staff.one_of_everything)
        for model in MODELS
    ),
    *(
        Picture(
            f"{model} {what}",
            SUPERUSER,
            f"admin:{model}_{what}",
            staff.one_of_everything,
            about="{s.rows[" + model.partition("_")[2] + "]}",
        )
        for model in MODELS
        for what in ("change", "history")
    ),
    Picture("submissions list, none", LAW, "admin:elections_submission_changelist"),
    Picture(
        "submissions list, filtered",
        LAW,
        "admin:elections_submission_changelist",
        staff.company,
        query="q=Pat&kind__exact=election",
    ),
    Picture("all lists", AUDITOR, "admin:app_list", about="elections"),
]

DESK = [
    Picture("desk, not counted", LAW, "admin:index", states.undecided),
    Picture("desk of Law", LAW, "admin:index", staff.counted),
    Picture("desk of HR", HR, "admin:index", staff.counted),
    Picture("desk of an auditor", AUDITOR, "admin:index", staff.counted),
    Picture("desk, before the offer", HR, "admin:index", staff.before_the_offer),
    Picture("desk, last hours", HR, "admin:index", states.soon),
    Picture("desk, expired", LAW, "admin:index", staff.counted_after_the_end),
    Picture("desk, no offer", HR, "admin:index", states.no_offer),
    Picture("desk, in the demo", LAW, "admin:index", states.in_the_demo),
    Picture("desk, refused", EMPLOYEE, "admin:login", states.undecided, status=403),
    Picture("no right to it", LAW, "admin:elections_user_changelist", status=403),
    Picture("no such page, admin", LAW, path="/admin/nothing/", status=404),
    Picture("exports", LAW, "admin:exports"),
    Picture("exports, no offer", LAW, "admin:exports", states.no_offer),
    Picture("exports, refused", LAW, "admin:exports", send=nothing, status=422),
]

REVIEW = [
    Picture("review, nothing waits", LAW, "admin:review"),
    Picture("review", LAW, "admin:review", staff.in_a_colleagues_hands),
    Picture("review, auditor", AUDITOR, "admin:review", staff.in_a_colleagues_hands),
    *(
        Picture(f"review of {name}", role, "admin:review_form", state, about="{s.form.pk}")
        for name, role, state in (
            ("a form", LAW, staff.waiting),
            ("a form, auditor", AUDITOR, staff.waiting),
            ("a form in a colleague's hands", LAW, staff.in_a_colleagues_hands),
            ("a form decided on", LAW, staff.decided),
            ("a late form", LAW, staff.late_forms),
            ("a late form not covered", LAW, staff.late_form_not_covered),
            ("a form on paper", LAW, staff.on_paper_with_a_scan),
        )
    ),
    Picture(
        "review of a form, refused",
        LAW,
        "admin:review_form",
        staff.waiting,
        about="{s.form.pk}",
        send=nothing,
        status=422,
    ),
    Picture("clean forms, none", LAW, "admin:review_clean"),
    Picture("clean forms", LAW, "admin:review_clean", staff.company),
    Picture("clean forms, refused", LAW, "admin:review_clean", send=nothing, status=422),
    Picture("late forms, none", LAW, "admin:review_late"),
    Picture("late forms", LAW, "admin:review_late", staff.late_forms),
    *(
        Picture(
            f"submission, {name}",
            role,
            "admin:elections_submission_change",
            state,
            about="{s.form.pk}",
        )
        for name, role, state in (
            ("as Law sees it", LAW, staff.decided),
            ("as HR sees it", HR, staff.decided),
            ("late", LAW, staff.late_form_not_covered),
            ("on paper", LAW, staff.on_paper_with_a_scan),
            ("decline", LAW, states.declined),
        )
    ),
    Picture(
        "submission, decision refused",
        LAW,
        "admin:elections_submission_decide",
        staff.waiting,
        about="{s.form.pk}",
        send=nothing,
        status=422,
    ),
]

PAPER = [
    Picture(
        f"paper, {name}",
        LAW,
        "admin:elections_employee_paper",
        state,
        about="{s.pat.pk}",
        query=query,
    )
    for name, state, query in (
        ("which form", states.undecided, ""),
        ("election", states.elected, "kind=election"),
        ("withdrawal", states.elected, "kind=withdrawal"),
        ("withdrawal of nothing", states.undecided, "kind=withdrawal"),
        ("decline", states.undecided, "kind=decline"),
    )
] + [
    Picture(
        f"paper, {name}",
        LAW,
        "admin:elections_employee_paper",
        states.elected,
        about="{s.pat.pk}",
        send=sent,
        status=status,
    )
    for name, sent, status in (
        ("check", paper(), 200),
        ("refused", paper(day="", signature=""), 422),
    )
]

OFFER = [
    *(
        Picture(f"offer, {name}", role, "admin:elections_offer_change", state, about="{s.offer.pk}")
        for name, role, state in (
            ("as HR sees it", HR, staff.extended),
            ("as Law sees it", LAW, states.undecided),
        )
    ),
    *(
        Picture(
            f"extend, {name}",
            HR,
            "admin:elections_offer_extend",
            state,
            about="{s.offer.pk}",
            send=sent,
            status=status,
        )
        for name, state, sent, status in (
            ("form", states.undecided, None, 200),
            ("form, expired", states.passed, None, 200),
            ("preview", staff.company, extension(), 200),
            ("preview of a proposal", staff.two_are_needed, extension(), 200),
            ("refused", states.undecided, extension(day="2003-01-17", reason=""), 422),
            ("done", staff.company, extension(step="confirm"), 200),
        )
    ),
    *(
        Picture(
            f"proposal, {name}",
            role,
            "admin:elections_extensionproposal_change",
            state,
            about="{s.rows[proposal]}",
        )
        for name, role, state in (
            ("one's own", HR, staff.proposed),
            ("of a colleague", "second_hr", staff.proposed),
            ("as Law sees it", LAW, staff.proposed),
            ("rejected", HR, staff.proposal_rejected),
        )
    ),
    Picture(
        "proposal, decision refused",
        "second_hr",
        "admin:elections_extensionproposal_decide",
        staff.proposed,
        about="{s.rows[proposal]}",
        send=nothing,
        status=422,
    ),
    *(
        Picture(
            f"reminders, {name}",
            role,
            "admin:elections_offer_remind",
            state,
            about="{s.offer.pk}",
            send=sent,
            status=status,
        )
        for name, role, state, sent, status in (
            ("nobody to remind", HR, states.elected, None, 200),
            ("somebody to remind", HR, states.undecided, None, 200),
            ("sent and set", HR, staff.reminders, None, 200),
            ("as Law sees it", LAW, staff.reminders, None, 200),
            ("expired", HR, states.passed, None, 200),
            ("refused", HR, states.undecided, lambda scene: {"step": "set"}, 422),
        )
    ),
]

WRITING = [
    *(
        Picture(
            f"document, {name}",
            LAW,
            "admin:elections_document_publish",
            staff.documents,
            about="{s.rows[document]}",
            send=sent,
            status=status,
        )
        for name, sent, status in (
            ("new version", None, 200),
            ("preview", lambda scene: {"step": "preview", "text": staff.TEXT}, 200),
            ("refused", lambda scene: {"step": "preview", "text": ""}, 422),
        )
    ),
    Picture("document, new", HR, "admin:elections_document_new", about="{s.offer.pk}"),
    Picture(
        "document, page",
        HR,
        "admin:elections_document_change",
        staff.documents,
        about="{s.rows[document]}",
    ),
    *(
        Picture(
            f"session, {name}",
            HR,
            f"admin:elections_informationsession_{page}",
            state,
            about="{s.rows[session]}",
        )
        for name, page, state in (
            ("page", "change", staff.session_to_come),
            ("change", "edit", staff.session_to_come),
            ("canceled", "edit", staff.session_canceled),
        )
    ),
    Picture("session, new", HR, "admin:elections_informationsession_new", about="{s.offer.pk}"),
    Picture(
        "session, refused",
        HR,
        "admin:elections_informationsession_new",
        about="{s.offer.pk}",
        send=nothing,
        status=422,
    ),
    Picture("outbox", HR, "admin:elections_outboxmessage_changelist", staff.mails),
    *(
        Picture(
            f"mail, {name}",
            role,
            "admin:elections_outboxmessage_change",
            staff.mails,
            about="{s.rows[" + name + "]}",
        )
        for name, role in (("sent", LAW), ("failed", HR), ("waiting", HR))
    ),
]

ROSTER = [
    Picture(
        "employee, as HR sees them",
        HR,
        "admin:elections_employee_change",
        staff.status_changed,
        about="{s.pat.pk}",
    ),
    Picture(
        "employee, as Law sees them",
        LAW,
        "admin:elections_employee_change",
        states.elected,
        about="{s.pat.pk}",
    ),
    *(
        Picture(
            f"status, {name}",
            HR,
            "admin:elections_employee_status",
            states.elected,
            about="{s.pat.pk}",
            send=sent,
            status=answer,
        )
        for name, sent, answer in (
            ("form", None, 200),
            ("preview", status(is_executive_officer="on"), 200),
            ("preview of nothing for them", status(hired_on="2001-03-02"), 200),
            ("refused", status(country="", reason=""), 422),
        )
    ),
    Picture(
        "status change",
        AUDITOR,
        "admin:elections_statuschange_change",
        staff.status_changed,
        about="{s.rows[change]}",
    ),
    Picture("upload, form", HR, "admin:elections_rosterupload_upload"),
    Picture("upload, refused", HR, "admin:elections_rosterupload_upload", send=nothing, status=422),
    *(
        Picture(
            f"upload, {name}",
            HR,
            "admin:elections_rosterupload_change",
            state,
            about="{s.rows[upload]}",
        )
        for name, state in (
            ("waits", staff.upload_waits),
            ("mistakes", staff.upload_refused),
            ("ready", staff.upload_ready),
            ("applied", staff.upload_applied),
        )
    ),
    Picture("uploads", HR, "admin:elections_rosterupload_changelist", staff.upload_applied),
    Picture(
        "upload, decision refused",
        HR,
        "admin:elections_rosterupload_decide",
        staff.upload_ready,
        about="{s.rows[upload]}",
        send=nothing,
        status=422,
    ),
]

INVITING = [
    Picture("invite people", HR, "admin:elections_employee_invite_all", states.undecided),
    Picture("invite people, as Law sees it", LAW, "admin:elections_employee_invite_all",
            states.undecided),
    Picture("invite people, everybody was", HR, "admin:elections_employee_invite_all",
            staff.invited),
    Picture("invite people, refused", HR, "admin:elections_employee_invite_all", staff.invited,
            send=nothing, status=422),
    Picture("invite people, no offer", HR, "admin:elections_employee_invite_all", states.no_offer),
    Picture("invite one, first", HR, "admin:elections_employee_invite", states.undecided,
            about="{s.pat.pk}"),
    Picture("invite one, again", HR, "admin:elections_employee_invite", staff.invited,
            about="{s.pat.pk}"),
    Picture("invite one, refused", HR, "admin:elections_employee_invite", staff.invited,
            about="{s.pat.pk}", send=nothing, status=422),
    Picture("invite one, switched off", HR, "admin:elections_employee_invite",
            staff.switched_off, about="{s.pat.pk}"),
]  # fmt: skip

ACCOUNTS = [
    Picture("user, new", SUPERUSER, "admin:elections_user_add"),
    Picture("user, refused", SUPERUSER, "admin:elections_user_add", send=nothing),
    Picture("user, auditor", AUDITOR, "admin:elections_user_changelist"),
    Picture(
        "user, password",
        SUPERUSER,
        "admin:auth_user_password_change",
        staff.one_of_everything,
        about="{s.rows[user]}",
    ),
    Picture("group, new", SUPERUSER, "admin:auth_group_add"),
    Picture("address, new", SUPERUSER, "admin:account_emailaddress_add"),
    Picture(
        "address, delete",
        SUPERUSER,
        "admin:account_emailaddress_delete",
        staff.one_of_everything,
        about="{s.rows[emailaddress]}",
    ),
    Picture(
        "single sign-on, untie",
        SUPERUSER,
        "admin:socialaccount_socialaccount_delete",
        staff.one_of_everything,
        about="{s.rows[socialaccount]}",
    ),
    Picture("own password", HR, "admin:password_change"),
    Picture("own password, refused", HR, "admin:password_change", send=nothing),
    Picture(
        "own password, changed",
        HR,
        "admin:password_change",
        send=lambda scene: {
            "old_password": PASSWORD,
            "new_password1": "another-quarter-of-it",
            "new_password2": "another-quarter-of-it",
        },
    ),
    Picture("own password, done", HR, "admin:password_change_done"),
]

PICTURES = [
    *DESK, *REVIEW, *PAPER, *OFFER, *WRITING, *ROSTER, *INVITING, *ACCOUNTS, *LISTS
]  # fmt: skip
