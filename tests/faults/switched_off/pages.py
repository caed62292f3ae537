"""Guards of what people are shown, and of the way to the database."""

from __future__ import annotations

import logging
import uuid
from typing import Any

from tests.faults.switched_off.guards import guard


@guard
def kept_drafts() -> None:
    """A form that was filled in is known only to the process that took it in."""
    from elections.views import checking, election

    mine: set[uuid.UUID] = set()
    keep, find = election.keep_draft, checking.find_draft

    def keep_here(**form: Any) -> Any:
        draft = keep(**form)
        mine.add(draft.token)
        return draft

    def find_here(**wanted: Any) -> Any:
        draft = find(**wanted)
        return draft if draft and draft.token in mine else None

    election.keep_draft, checking.find_draft = keep_here, find_here


@guard
def outage_page() -> None:
    """A database in trouble ends in a page that keeps nothing, and says what it cannot know."""
    from django.http import HttpResponse

    from elections.views import outage

    outage._outage_page = lambda request: HttpResponse("Your form was not recorded.", status=500)


@guard
def network_limits() -> None:
    """The portal waits for a silent database as long as the kernel does."""
    from django.db import connection

    for name in ("tcp_user_timeout", "keepalives_idle", "keepalives_interval", "keepalives_count"):
        del connection.settings_dict["OPTIONS"][name]


@guard
def log_failures() -> None:
    """A line of the portal's that cannot be logged is an error like any other."""
    import logging

    usual = logging.Handler.handleError

    def fail(handler: logging.Handler, record: logging.LogRecord) -> None:
        if record.name.startswith("elections"):
            raise
        usual(handler, record)

    logging.Handler.handleError = fail


@guard
def offers_zone() -> None:
    """What HR types is taken for the time of the web server's own zone."""
    from elections.admin import whens

    only_instant = whens.only_instant
    whens.only_instant = lambda wall, zone: only_instant(wall, "Asia/Tokyo")


@guard
def resend_page() -> None:
    """Whoever has been signed out is led to the sign-in, and what they sent is dropped."""
    from django.contrib.auth.views import redirect_to_login

    from elections.views import person

    person._sign_in_first = lambda request: redirect_to_login(request.get_full_path())
