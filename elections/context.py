"""What every page says of the offer: its name, the deadline, the time left, whom to ask."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest

from elections import clock, queries
from elections.core.instants import instant_label, time_left
from elections.core.status_change import Moment
from elections.core.terms import Terms
from elections.models import Offer
from elections.timetable import Timetable, timetable

SOON = timedelta(hours=24)  # from here on the deadline strip is amber


class Portal:
    """The offer as one request sees it: one offer, one instant, each asked for at most once.

    The view and the frame around it share this object, so a page cannot show a deadline from one
    moment and a decision from another. Everything is read only when something asks for it. Without
    an offer, `offer` is None and what depends on it raises `Offer.DoesNotExist`.
    """

    @cached_property
    def offer(self) -> Offer | None:
        """The offer that runs; None before one is loaded."""
        try:
            return queries.offer_running(lambda: self.at)
        except Offer.DoesNotExist:
            return None

    @property
    def _running(self) -> Offer:
        if self.offer is None:
            raise Offer.DoesNotExist
        return self.offer

    @cached_property
    def terms(self) -> Terms:
        """The offer's terms as the rules take them."""
        return self._running.terms()

    @cached_property
    def at(self) -> datetime:
        """The portal's time for this request, aware UTC."""
        return clock.now()

    @cached_property
    def deadline(self) -> datetime:
        """The first instant that is too late."""
        return queries.deadline_in_force(self._running)

    @cached_property
    def deadline_label(self) -> str:
        """The deadline in words, in both of the offer's zones."""
        return self.label(self.deadline)

    @cached_property
    def timetable(self) -> Timetable:
        """The days that follow, if the offer expires as now announced."""
        return timetable(self.terms, self.deadline)

    @property
    def moment(self) -> Moment:
        """The same, as the rules about changes of standing take it."""
        return Moment(
            terms=self.terms,
            expiration=self.deadline,
            new_grant_on=self.timetable.new_grant_on,
            at=self.at,
        )

    @property
    def extended(self) -> bool:
        """Whether the deadline is later than first announced."""
        return self.offer is not None and self.deadline > self.offer.expiration

    @property
    def passed(self) -> bool:
        """Whether a form sent now would be late."""
        return self.at >= self.deadline

    @property
    def soon(self) -> bool:
        """Whether less than a day is left."""
        return not self.passed and self.deadline - self.at <= SOON

    @property
    def time_left(self) -> str:
        """What is left in words, rounded down; "" once it has passed."""
        return time_left(self.at, self.deadline)

    @property
    def seconds_left(self) -> int:
        """Whole seconds left, rounded down, for the script that keeps the words up to date."""
        return max(0, (self.deadline - self.at) // timedelta(seconds=1))

    def label(self, instant: datetime) -> str:
        """An instant (aware) in words, in both of the offer's zones."""
        offer = self._running
        return instant_label(instant, zone=offer.zone, second_zone=offer.second_zone)

    @property
    def demo(self) -> bool:
        """Whether this is a demonstration, with invented people and a clock of its own."""
        return bool(settings.PORTAL_DEMO)

    @property
    def second_factor(self) -> bool:
        """Whether staff are held to a second factor."""
        return bool(settings.PORTAL_SECOND_FACTOR)

    @property
    def demo_clock(self) -> str:
        """The demo's time in words."""
        if self.offer is None:
            return f"{self.at:%Y-%m-%d %H:%M} UTC"
        return self.label(self.at)

    @property
    def idle_minutes(self) -> int:
        """After how many minutes without opening a page one is signed out."""
        return int(settings.SESSION_IDLE // timedelta(minutes=1))

    @property
    def single_sign_on(self) -> str:
        """What people know the company's OpenID provider by; "" where there is none."""
        return str(settings.PORTAL_OIDC_NAME) if settings.PORTAL_OIDC_ISSUER else ""

    @property
    def law_email(self) -> str:
        """The Law Department's address: it takes the forms and answers for them."""
        return str(settings.PORTAL_LAW_EMAIL)

    @property
    def hr_email(self) -> str:
        """The address for what our records get wrong."""
        return str(settings.PORTAL_HR_EMAIL)


def portal_of(request: HttpRequest) -> Portal:
    """The request's one `Portal`."""
    if not hasattr(request, "portal"):
        request.portal = Portal()  # type: ignore[attr-defined]
    return request.portal  # type: ignore[attr-defined, no-any-return]


def portal(request: HttpRequest) -> dict[str, Portal]:
    """Context processor: `portal` in every template."""
    return {"portal": portal_of(request)}
