"""What the portal keeps. The record (submissions, lines, extensions, decisions) is append-only."""

from elections.models.audit import AuditEntry
from elections.models.browser_session import BrowserSession
from elections.models.demo import DemoClock
from elections.models.draft import Draft
from elections.models.figures import DeskFigures
from elections.models.invitation import Invitation
from elections.models.offer import Document, Extension, InformationSession, Offer
from elections.models.outbox import OutboxMessage, RenderedMail
from elections.models.paper import Scan
from elections.models.people import Employee, Grant, Plan, User
from elections.models.proposal import ExtensionProposal
from elections.models.reminder import Reminder, ReminderDate
from elections.models.review import ReviewHold
from elections.models.roster import RosterUpload, StatusChange
from elections.models.submission import Line, ReviewDecision, Submission
from elections.models.tries import Tries

__all__ = [
    "AuditEntry",
    "BrowserSession",
    "DemoClock",
    "DeskFigures",
    "Document",
    "Draft",
    "Employee",
    "Extension",
    "ExtensionProposal",
    "Grant",
    "InformationSession",
    "Invitation",
    "Line",
    "Offer",
    "OutboxMessage",
    "Plan",
    "Reminder",
    "ReminderDate",
    "RenderedMail",
    "ReviewDecision",
    "ReviewHold",
    "RosterUpload",
    "Scan",
    "StatusChange",
    "Submission",
    "Tries",
    "User",
]
