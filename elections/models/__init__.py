"""What the portal keeps. The record (submissions, lines, extensions, decisions) is append-only."""

from elections.models.demo import DemoClock
from elections.models.draft import Draft
from elections.models.offer import Document, Extension, InformationSession, Offer
from elections.models.outbox import OutboxMessage, RenderedMail
from elections.models.people import Employee, Grant, Plan, User
from elections.models.submission import Line, ReviewDecision, Submission

__all__ = [
    "DemoClock",
    "Document",
    "Draft",
    "Employee",
    "Extension",
    "Grant",
    "InformationSession",
    "Line",
    "Offer",
    "OutboxMessage",
    "Plan",
    "RenderedMail",
    "ReviewDecision",
    "Submission",
    "User",
]
