"""Why a form is refused: stable codes for programs, and the sentence of each for people."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self


class Code(StrEnum):
    """The stable codes. Records and other programs hold them: add to them, never change one."""

    NOT_IN_COUNTRY = "not_in_country"
    NOT_REGULAR = "not_regular"
    HIRED_TOO_LATE = "hired_too_late"
    LEFT = "left"
    DIRECTOR = "director"
    EXECUTIVE_OFFICER = "executive_officer"
    NOTHING_OUTSTANDING = "nothing_outstanding"
    PLAN_NOT_IN_OFFER = "plan_not_in_offer"
    PRICE_BELOW_THRESHOLD = "price_below_threshold"
    UNKNOWN_GRANT = "unknown_grant"
    ANSWER_MISSING = "answer_missing"
    REQUIRED_GRANT_ALONE = "required_grant_alone"
    REQUIRED_GRANT_KEPT = "required_grant_kept"
    NOTHING_CHOSEN = "nothing_chosen"
    NOTHING_TO_ELECT = "nothing_to_elect"
    NOTHING_TO_WITHDRAW = "nothing_to_withdraw"
    NOTHING_WITHDRAWN = "nothing_withdrawn"
    GRANT_NOT_ELECTED = "grant_not_elected"
    SIGNATURE_MISSING = "signature_missing"
    AGREEMENT_MISSING = "agreement_missing"
    FORM_UNKNOWN = "form_unknown"
    EXTENSION_NOT_LATER = "extension_not_later"
    EXTENSION_IN_THE_PAST = "extension_in_the_past"
    DEADLINE_MOVED_MEANWHILE = "deadline_moved_meanwhile"
    REASON_MISSING = "reason_missing"
    NOT_LATE = "not_late"
    NO_EXTENSION_COVERS = "no_extension_covers"
    LATE_NOT_VALID = "late_not_valid"
    DECIDED_MEANWHILE = "decided_meanwhile"
    OWN_FORM = "own_form"
    NOT_OPEN_YET = "not_open_yet"
    GRANT_CHANGED = "grant_changed"
    DOCUMENTS_CHANGED = "documents_changed"
    RECEIVED_IN_FUTURE = "received_in_future"
    RECEIVED_BEFORE_OPENING = "received_before_opening"
    OWN_PAPER_FORM = "own_paper_form"
    SCAN_GONE = "scan_gone"
    OFFER_ENDED = "offer_ended"
    SECOND_PERSON_NEEDED = "second_person_needed"
    PROPOSAL_WAITS = "proposal_waits"
    PROPOSAL_DECIDED = "proposal_decided"
    OWN_PROPOSAL = "own_proposal"
    NOBODY_TO_REMIND = "nobody_to_remind"
    NOBODY_TO_INVITE = "nobody_to_invite"
    INVITED_MEANWHILE = "invited_meanwhile"
    ACCOUNT_SWITCHED_OFF = "account_switched_off"
    REMINDED_MEANWHILE = "reminded_meanwhile"
    REMINDER_DATE_PASSED = "reminder_date_passed"
    REMINDER_DATE_TOO_LATE = "reminder_date_too_late"
    REMINDER_DATE_TAKEN = "reminder_date_taken"
    REMINDER_DATE_GONE = "reminder_date_gone"
    DOCUMENT_UNCHANGED = "document_unchanged"
    DOCUMENT_NAME_TAKEN = "document_name_taken"
    DOCUMENT_PUBLISHED_MEANWHILE = "document_published_meanwhile"
    SESSION_ENDS_BEFORE_START = "session_ends_before_start"
    SESSION_TIME_TAKEN = "session_time_taken"
    SESSION_CHANGED_MEANWHILE = "session_changed_meanwhile"
    UPLOAD_MOVED_ON = "upload_moved_on"
    UPLOAD_TOO_CLOSE = "upload_too_close"
    STATUS_UNCHANGED = "status_unchanged"
    STATUS_CHANGED_MEANWHILE = "status_changed_meanwhile"
    STATUS_EFFECT_CHANGED = "status_effect_changed"
    LEFT_BEFORE_HIRED = "left_before_hired"
    OWN_STATUS = "own_status"
    TOO_MANY_FORMS = "too_many_forms"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that stands in the way: what it is, and what can be done about it.

    `code` is one of `Code`; `grant_number` is set when it is about one grant.
    """

    code: str
    sentence: str
    grant_number: str | None = None

    @classmethod
    def of(cls, code: Code, grant_number: str | None = None, **words: str) -> Self:
        """Make the problem with that code, its sentence filled in with `words`.

        `{grant}` in a sentence is the grant's number. KeyError for a word left out.
        """
        return cls(code, SENTENCES[code].format(grant=grant_number, **words), grant_number)


SENTENCES: dict[Code, str] = {
    Code.NOT_IN_COUNTRY: (
        "This offer is open only to employees who are based in {country}, because of the"
        " complexity of securities laws elsewhere. A different plan with comparable benefits is"
        " in preparation, and you will be told its details."
    ),
    Code.NOT_REGULAR: (
        "This offer is open only to regular employees. If you are one and our records are wrong,"
        " please tell Human Resources."
    ),
    Code.HIRED_TOO_LATE: (
        "This offer is open to employees who were hired on or before {hired_by}; our records say"
        " that you were hired on {hired_on}. If that is wrong, please tell Human Resources."
    ),
    Code.LEFT: (
        "This offer is open only to people who are still employed when it expires; our records"
        " say that your last day was {left_on}. If that is wrong, please tell Human Resources."
    ),
    Code.DIRECTOR: "Members of the board of directors cannot take part in this offer.",
    Code.EXECUTIVE_OFFICER: "Executive officers cannot take part in this offer.",
    Code.NOTHING_OUTSTANDING: (
        "Nothing of grant {grant} is outstanding, so there is nothing to exchange."
    ),
    Code.PLAN_NOT_IN_OFFER: (
        "Grant {grant} was made under the plan {plan}, which is not part of this offer."
    ),
    Code.PRICE_BELOW_THRESHOLD: (
        "Grant {grant} has an exercise price of {price} per share; this offer takes options"
        " priced at {bound}."
    ),
    Code.UNKNOWN_GRANT: (
        "Grant {grant} is not among the grants that this form is about. Please open the form"
        " again and answer for the grants that it shows."
    ),
    Code.ANSWER_MISSING: "Please say of grant {grant} whether you exchange or keep it.",
    Code.REQUIRED_GRANT_ALONE: (
        "Grant {grant} goes along with the grants that you choose yourself: it can be neither"
        " exchanged nor withdrawn alone. Please choose or withdraw those too, or leave this one"
        " as it is."
    ),
    Code.REQUIRED_GRANT_KEPT: (
        "Grant {grant} was made on or after {required_from}, so it must be exchanged along with"
        " any other grant. Please exchange it too, or keep all of your grants."
    ),
    Code.NOTHING_CHOSEN: (
        "You have not chosen any grant to exchange. To take no part, please use"
        ' "I do not want to take part".'
    ),
    Code.NOTHING_TO_ELECT: (
        "You hold no grant that you can choose to exchange, so there is nothing to elect and"
        " nothing that you need to do."
    ),
    Code.NOTHING_TO_WITHDRAW: (
        "You have no election to withdraw: as things stand, you keep all of your grants."
    ),
    Code.NOTHING_WITHDRAWN: (
        "Please choose at least one grant to withdraw, or withdraw your whole election."
    ),
    Code.GRANT_NOT_ELECTED: (
        "Grant {grant} is not being exchanged as things stand, so there is nothing to withdraw."
    ),
    Code.SIGNATURE_MISSING: "Please type your full name to sign this form.",
    Code.AGREEMENT_MISSING: "Please read the terms and say that you agree to them.",
    Code.FORM_UNKNOWN: (
        "This form could not be recognized, and nothing of it was recorded. Please open it again"
        " and send it once more."
    ),
    Code.EXTENSION_NOT_LATER: (
        "An extension can only move the expiration later. Please give a time after the one now in"
        " force."
    ),
    Code.EXTENSION_IN_THE_PAST: (
        "The new expiration has already passed. Please give a time that is still to come."
    ),
    Code.DEADLINE_MOVED_MEANWHILE: (
        "The expiration was changed while you filled in this form. Please look at the one now in"
        " force and decide again."
    ),
    Code.REASON_MISSING: "Please give a reason; it is kept with the record.",
    Code.NOT_LATE: (
        "This form was received in time, so it can be neither confirmed as late nor reinstated."
    ),
    Code.NO_EXTENSION_COVERS: (
        "No extension of the offer covers the time at which this form came in, so it cannot be"
        " reinstated. Once one does, it can be."
    ),
    Code.OWN_FORM: ("This is your own form. Please leave the decision on it to somebody else."),
    Code.NOT_OPEN_YET: "This offer opens on {opens_on}. Please come back from that day on.",
    Code.GRANT_CHANGED: (
        "Grant {grant} has changed since you filled in this form: {was} when you checked it,"
        " {now} now. Please look at your answers again."
    ),
    Code.DOCUMENTS_CHANGED: (
        "An offer document was replaced since you filled in this form. Please read the documents"
        " again and check your answers."
    ),
    Code.DECIDED_MEANWHILE: (
        "This submission was decided on since you opened this page. Nothing was recorded: please"
        " read the decisions on it, and decide again if it is still needed."
    ),
    Code.RECEIVED_IN_FUTURE: (
        "A form cannot have been received at a time that is still to come. Please check the day"
        " and the time."
    ),
    Code.RECEIVED_BEFORE_OPENING: (
        "A form cannot have been received before the offer opened on {opens_on}. Please check the"
        " day."
    ),
    Code.OWN_PAPER_FORM: ("This is your own form. Please leave it to somebody else to key it in."),
    Code.SCAN_GONE: "The scan is no longer held for this form. Please attach it again.",
    Code.LATE_NOT_VALID: (
        "This form came in late. Please reinstate it with a reason, or say that it stays late."
    ),
    Code.OFFER_ENDED: "The offer has ended, so there is nothing to remind anybody of.",
    Code.SECOND_PERSON_NEEDED: (
        "An extension of this offer needs the approval of a second person. Please propose it."
    ),
    Code.PROPOSAL_WAITS: (
        "A proposal to extend this offer waits for approval already. Please have it approved or"
        " rejected first."
    ),
    Code.PROPOSAL_DECIDED: "This proposal was approved or rejected meanwhile.",
    Code.OWN_PROPOSAL: "This is your own proposal. Somebody else must approve or reject it.",
    Code.NOBODY_TO_REMIND: (
        "Nobody needs a reminder: everyone who could take part has something on record."
    ),
    Code.NOBODY_TO_INVITE: (
        "Nobody is left to invite: everybody on the roster who can sign in was invited, or has"
        " signed in before."
    ),
    Code.INVITED_MEANWHILE: (
        "This person was invited since you opened this page. Please look at it, and invite them"
        " again only if it is still needed."
    ),
    Code.ACCOUNT_SWITCHED_OFF: (
        "This person has no account that can sign in, so there is nothing to invite them to."
    ),
    Code.REMINDED_MEANWHILE: (
        "A reminder has gone out since you opened this page. Please look at it, and remind people"
        " again only if it is still needed."
    ),
    Code.REMINDER_DATE_PASSED: (
        "This time has passed. Please give one that is still to come, or send a reminder now."
    ),
    Code.REMINDER_DATE_TOO_LATE: (
        "The offer has ended by then. Please give a time before the deadline now in force."
    ),
    Code.REMINDER_DATE_TAKEN: "A reminder is set for this time already.",
    Code.REMINDER_DATE_GONE: (
        "This reminder has gone out, was skipped or was taken off the list meanwhile."
    ),
    Code.DOCUMENT_UNCHANGED: (
        "This is the text in force already, to the letter, so there is nothing to publish."
    ),
    Code.DOCUMENT_NAME_TAKEN: (
        "The offer has a document under this title already. Please publish a new version of it,"
        " or give another title."
    ),
    Code.DOCUMENT_PUBLISHED_MEANWHILE: (
        "A new version of this document was published since you opened this page. Please read it,"
        " and change that one if it is still needed."
    ),
    Code.SESSION_ENDS_BEFORE_START: "The session must end after it starts.",
    Code.SESSION_TIME_TAKEN: "Another information session starts at this very time.",
    Code.SESSION_CHANGED_MEANWHILE: (
        "This session was changed since you opened this page. Please look at it again."
    ),
    Code.UPLOAD_TOO_CLOSE: (
        "The offer ends within a quarter of an hour. A roster applied now could keep somebody's"
        " form waiting until it is late, so nothing was written. Please apply it after the"
        " deadline."
    ),
    Code.UPLOAD_MOVED_ON: (
        "This upload was checked again, confirmed or discarded since you opened this page. Nothing"
        " was done now: please look at it as it stands."
    ),
    Code.STATUS_UNCHANGED: "The roster says this already, so there is nothing to change.",
    Code.STATUS_CHANGED_MEANWHILE: (
        "The roster was changed since you opened this page. Please look at what it says now, and"
        " change that if it is still needed."
    ),
    Code.STATUS_EFFECT_CHANGED: (
        "What this change does has changed since you were shown it: a form came in, or the offer"
        " was extended. Please look at it again."
    ),
    Code.LEFT_BEFORE_HIRED: "The last day employed cannot come before the hire date.",
    Code.OWN_STATUS: "This is about yourself. Please leave it to somebody else to change it.",
    Code.TOO_MANY_FORMS: (
        "You have sent {count} forms within {minutes} minutes, so this one was not recorded: what"
        " those before it say stands. Nothing you typed is lost: please send it again in {wait}."
    ),
}
