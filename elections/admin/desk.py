"""The desk: the admin's first page, which says where the offer stands.

It only reads. Whoever may see submissions sees it; the part about mail is for whoever may see that.
Having it counted anew is for those who work with the figures, not for those who only look.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from urllib.parse import urlencode

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from elections import figures, queries
from elections.admin import desk_chart, labels
from elections.admin.desk_timing import Timing, timing
from elections.context import Portal, portal_of
from elections.core.words import day_label
from elections.figures import Figures
from elections.models import RosterUpload
from elections.models.roster import UploadState
from elections.services.count import ask_for_count
from elections.services.roster.uploads import UNDER_WAY, is_neglected

SEE = "elections.view_submission"
SEE_MAIL = "elections.view_outboxmessage"
SEE_UPLOADS = "elections.view_rosterupload"
COUNT = "elections.change_deskfigures"
NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
# Counting in the background comes round within this, or within twice its pause, unless the sweeper
# is gone.
LATE_COUNT = timedelta(minutes=5)
SLOW_MAIL = timedelta(minutes=1)  # what is older than that should have left


@dataclass(frozen=True, slots=True)
class Part:
    """How many of the eligible answered in one way."""

    name: str
    people: int
    percent: str


@dataclass(frozen=True, slots=True)
class Pile:
    """Something that waits for somebody: how many, what it is, and the list that shows them."""

    count: int
    name: str
    address: str
    note: str = ""
    tone: str = ""


class Desk:
    """One visit to the desk by someone who `may` do this or that: what is counted, and how."""

    def __init__(self, portal: Portal, *, may: Callable[[str], bool]) -> None:
        self.portal = portal
        self.sees_mail = may(SEE_MAIL)
        self.sees_uploads = may(SEE_UPLOADS)
        self.may_count = may(COUNT)

    @cached_property
    def figures(self) -> Figures | None:
        """The figures; None before a large record was first counted."""
        return figures.current_figures(self.portal.offer)

    @property
    def counted_label(self) -> str:
        """When they were counted, to the second, in the offer's own time."""
        return labels.cell_time(self.figures.counted_at, self.portal.offer.zone)

    @property
    def is_old(self) -> bool:
        """Whether nobody has counted for so long that the sweeper must be gone."""
        patience = max(LATE_COUNT, 2 * self.figures.pause)
        return abs(self.portal.at - self.figures.counted_at) >= patience

    @property
    def opens_label(self) -> str:
        """The opening day while it lies ahead, else nothing."""
        portal = self.portal
        ahead = portal.offer.opens_on > _today(portal)
        return day_label(portal.offer.opens_on) if ahead else ""

    @property
    def parts(self) -> list[Part]:
        """The eligible by their answer; they add up to all of them."""
        counted = self.figures
        parts = {
            "Elected to exchange": counted.elected,
            "Declined": counted.declined,
            "Withdrew everything": counted.withdrawn,
            "No answer yet": counted.unanswered,
            "Nothing to elect": counted.nothing_to_elect,
        }
        return [
            Part(name, people, percent(people, counted.eligible)) for name, people in parts.items()
        ]

    @property
    def piles(self) -> list[Pile]:
        """What Law and HR have to look at, each with its list."""
        counted = self.figures
        undecided = f"{counted.late_undecided:,} of them not decided yet" if counted.late else ""
        return [
            self._submissions(counted.unreviewed, "not reviewed yet", reviewed="unreviewed"),
            self._submissions(counted.late, "late", undecided, late="yes"),
            self._submissions(counted.irregular, "irregular", reviewed="irregular"),
            *(self._mail() if self.sees_mail else ()),
            *(self._uploads() if self.sees_uploads else ()),
        ]

    def _submissions(self, count: int, name: str, note: str = "", **chosen: str) -> Pile:
        query = urlencode({**chosen, "offer__id__exact": self.portal.offer.pk})
        address = f"{reverse('admin:elections_submission_changelist')}?{query}"
        return Pile(count, f"submission{'' if count == 1 else 's'} {name}", address, note)

    def _mail(self) -> list[Pile]:
        counted, mails = self.figures, reverse("admin:elections_outboxmessage_changelist")
        # The outbox runs on the server's real clock, also in a demo.
        age = counted.oldest_undelivered and datetime.now(UTC) - counted.oldest_undelivered
        piles = [
            Pile(
                counted.undelivered,
                f"mail{'' if counted.undelivered == 1 else 's'} not yet delivered",
                f"{mails}?state__in=waiting,sending",
                f"the oldest for {_age(age)}" if age else "",
                "warning" if age and age > SLOW_MAIL else "",
            ),
            Pile(
                counted.undeliverable,
                "could not be delivered",
                f"{mails}?state__exact=failed",
                tone="bad" if counted.undeliverable else "",
            ),
        ]
        if counted.held:
            piles.append(Pile(counted.held, "held by staff", f"{mails}?state__exact=held"))
        return piles

    def _uploads(self) -> list[Pile]:
        """Rosters on their way; an import that nobody works on must not go unnoticed."""
        waiting = list(
            RosterUpload.objects.filter(state__in=(*UNDER_WAY, UploadState.READY)).only(
                "state", "heartbeat_at"
            )
        )
        if not waiting:
            return []
        stranded = any(map(is_neglected, waiting))
        name = f"roster upload{'' if len(waiting) == 1 else 's'} not applied yet"
        address = reverse("admin:elections_rosterupload_changelist")
        note = "nobody is at work on it: is the sweeper running?" if stranded else ""
        return [Pile(len(waiting), name, address, note, "bad" if stranded else "warning")]

    @cached_property
    def bars(self) -> list[desk_chart.Bar]:
        """The days of the chart and of the table beside it."""
        portal = self.portal
        return desk_chart.bars(
            self.figures.days,
            opens_on=portal.offer.opens_on,
            last_day=portal.terms.last_day(portal.deadline),
            today=_today(portal),
        )

    @property
    def chart_alt(self) -> str:
        """What the chart shows."""
        return desk_chart.summary(self.bars)

    @property
    def timing(self) -> Timing:
        """How the offer stands to the timing law."""
        return timing(self.portal.terms, self.portal.deadline, at=self.portal.at)

    @property
    def new_grant_label(self) -> str:
        """The day of the new grant, as the deadline now stands."""
        return day_label(self.portal.timetable.new_grant_on)


def percent(part: int, whole: int) -> str:
    """Give "12.3%" of the whole; never 0% of somebody or 100% of not everybody."""
    if not whole:
        return labels.NOTHING
    share = 100 * part / whole
    if part and share < 0.1:
        return "<0.1%"
    if part != whole and share > 99.9:
        return ">99.9%"
    return f"{share:.1f}%".replace(".0%", "%") if share in (0, 100) else f"{share:.1f}%"


def _today(portal: Portal) -> date:
    return queries.today(portal.offer, at=portal.at)


def _age(age: timedelta) -> str:
    """In one unit, rounded down: "2 days", "3 hours", "12 minutes", "8 seconds"."""
    seconds = max(0, int(age.total_seconds()))
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}{'' if seconds // size == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """The first page: the desk for whoever may see it, then Django's list of what there is."""
    return admin.site.index(request, {"desk": _desk_of(request)})


def _desk_of(request: HttpRequest) -> Desk | None:
    portal = portal_of(request)
    if portal.offer is None or not request.user.has_perm(SEE):
        return None
    return Desk(portal, may=request.user.has_perm)


def _desk_or_refusal(request: HttpRequest) -> Desk:
    if not request.user.has_perm(SEE):
        raise PermissionDenied
    desk = _desk_of(request)
    if desk is None:
        raise Http404
    return desk


@require_safe
def chart(request: HttpRequest) -> HttpResponse:
    """The chart. Its own policy lets nothing through but the style sheet inside it."""
    desk = _desk_or_refusal(request)
    if desk.figures is None:
        raise Http404
    svg = desk_chart.drawing(desk.bars)
    policy = f"{NOTHING}; style-src {desk_chart.style_source(svg)}"
    headers = {"Content-Security-Policy": policy, "Cache-Control": "no-store"}
    return HttpResponse(svg, content_type="image/svg+xml", headers=headers)


@require_POST
def count_now(request: HttpRequest) -> HttpResponse:
    """Have it counted anew and come back; the record itself is only read.

    A count that takes longer than a page may is left to the sweeper, which the page then says.
    """
    if not request.user.has_perm(COUNT):
        raise PermissionDenied
    desk = _desk_or_refusal(request)
    counted = ask_for_count(offer=desk.portal.offer)
    if counted:
        messages.success(request, f"Counted in {counted.took:.1f} seconds.")
    else:
        messages.info(request, _handed_over(desk.figures))
    return HttpResponseRedirect(reverse("admin:index"))


def _handed_over(kept: Figures | None) -> str:
    """What is said once the sweeper was asked to count, `kept` being what the page shows."""
    asked = (
        "Asked for: so large a record is counted in the background, at the sweeper's next round."
    )
    if kept is None:
        return asked
    return (
        f"{asked} The last count took {kept.took:.1f} seconds. This page shows the figures of the"
        " time that it names until then; please load it again."
    )


admin.site.add_page("", index, name="index")
admin.site.add_page("desk/submissions.svg", chart, name="desk_chart")
admin.site.add_page("desk/count/", count_now, name="desk_count")
