"""What the Law Department and HR see: Django's admin over the record.

It reads; the few things it does (a decision on a submission, an extension of the offer) go through
the services, like everything else that writes the record. Nothing here adds, changes or deletes a
row of it, whoever asks. Importing this package registers every page.
"""

from elections.admin import (
    accounts,
    audit,
    desk,
    documents,
    exports,
    extending_proposals,
    offer,
    outbox,
    people,
    reminders,
    review,
    review_clean,
    review_late,
    sessions,
    sign_on_ties,
    site,
    status_changes,
    submissions,
    uploads,
)

__all__ = [
    "accounts",
    "audit",
    "desk",
    "documents",
    "exports",
    "extending_proposals",
    "offer",
    "outbox",
    "people",
    "reminders",
    "review",
    "review_clean",
    "review_late",
    "sessions",
    "sign_on_ties",
    "site",
    "status_changes",
    "submissions",
    "uploads",
]
