"""The Law Department's queue: one form after the other, each in one reviewer's hands only.

Auditors look at all of it; what they look at stays in whosever hands it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from elections import clock, queries
from elections.admin.forms import DecisionForm
from elections.admin.review_page import review_page
from elections.admin.submission_page import with_all
from elections.admin.submissions import DECIDE, tell
from elections.context import portal_of
from elections.models import Offer, ReviewHold, Submission
from elections.models.submission import Verdict
from elections.services import queue
from elections.services.flags import load_surroundings
from elections.services.review import Decided, review_submission

SEE = "elections.view_submission"
LOOK = "elections.view_reviewhold"  # who has which form in hand: auditors see it, and take none
LEASE_MINUTES = queue.LEASE // timedelta(minutes=1)
View = Callable[..., HttpResponse]


def may_act(request: HttpRequest) -> bool:
    """Whether this is a reviewer: somebody who may decide on submissions, and see them."""
    return request.user.has_perms([DECIDE, SEE])


def reviewers_act(view: View) -> View:
    """Let reviewers do everything, auditors look (GET), and refuse everybody else."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        looks = request.method in ("GET", "HEAD") and request.user.has_perms([LOOK, SEE])
        if not (looks or may_act(request)):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return guarded


def shown(
    request: HttpRequest, template: str, title: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page about reviewing, in the admin's frame; `may_act` says whether it has buttons."""
    frame = {
        **admin.site.each_context(request),
        "opts": Submission._meta,
        "title": title,
        "may_act": may_act(request),
    }
    path = f"admin/elections/review/{template}"
    return TemplateResponse(request, path, frame | context, status=status)


def offer_of(request: HttpRequest) -> Offer:
    """The offer that runs; 404 before one is loaded."""
    offer = portal_of(request).offer
    if offer is None:
        raise Http404("There is no offer yet.")
    return offer


@require_safe
@reviewers_act
def overview(request: HttpRequest) -> HttpResponse:
    """What waits, what colleagues have in hand, and where to begin."""
    offer, reviewer = offer_of(request), request.user
    holds = list(queue.in_hands(offer))
    return shown(
        request,
        "overview.html",
        "Review submissions",
        waiting=_left(request, offer),
        late_waiting=_left(request, offer, late=True),
        mine=[hold for hold in holds if hold.reviewer_id == reviewer.pk],
        others=[hold for hold in holds if hold.reviewer_id != reviewer.pk],
        lease=LEASE_MINUTES,
    )


@require_POST
@reviewers_act
def take(request: HttpRequest) -> HttpResponse:
    """Give the reviewer the oldest form that waits."""
    return _next(request, offer_of(request), late=request.POST.get("late") == "yes")


@require_http_methods(["GET", "HEAD", "POST"])
@reviewers_act
def form(request: HttpRequest, pk: int) -> HttpResponse:
    """One form to decide on. Looking at it holds it; deciding leads straight to the next one."""
    submission = _find(pk)
    if request.method != "POST":
        return _page(request, submission, DecisionForm(submission=submission))
    decision = DecisionForm(request.POST, submission=submission)
    if decision.is_valid():
        outcome = review_submission(
            actor=request.user,
            submission=submission,
            verdict=Verdict(decision.cleaned_data["verdict"]),
            reason=decision.cleaned_data["reason"],
            seen=decision.cleaned_data["seen"],
        )
        if isinstance(outcome, Decided):
            tell(request, submission, outcome.decision)
            return _next(request, submission.offer, late=not submission.timely, after=submission)
        decision.refuse(outcome.problems)
    return _page(request, submission, decision, status=422)


@require_POST
@reviewers_act
def put_back(request: HttpRequest, pk: int) -> HttpResponse:
    """Let go of a form: on to the next one, or back to the queue."""
    submission = _find(pk)
    queue.put_back(actor=request.user, submission=submission)
    if request.POST.get("then") == "next":
        return _next(request, submission.offer, late=not submission.timely, after=submission)
    return HttpResponseRedirect(reverse("admin:review"))


def _next(
    request: HttpRequest, offer: Offer, *, late: bool, after: Submission | None = None
) -> HttpResponse:
    """To the next form after `after`; at the end of the queue, back to its front page."""
    found = queue.take_next(actor=request.user, offer=offer, late=late, after=after)
    if found is not None:
        return HttpResponseRedirect(reverse("admin:review_form", args=[found.pk]))
    what = "late form" if late else "form"
    before = queue.how_many(queue.waiting_for(request.user, offer, late=late))
    if before:
        waits = f"{before} {what} waits" if before.forms == 1 else f"{before} {what}s wait"
        messages.info(
            request,
            f"You are at the end of the queue. {waits.capitalize()} from before: skipped,"
            " or let go of by a colleague.",
        )
    else:
        messages.info(request, f"No {what} waits for you.")
    return HttpResponseRedirect(reverse("admin:review"))


def _find(pk: int) -> Submission:
    """The submission of that key with all that its page reads."""
    with_standing = queries.with_governing(Submission.objects.select_related("offer"))
    return with_all(get_object_or_404(with_standing.prefetch_related("mails"), pk=pk))


def _page(
    request: HttpRequest, submission: Submission, decision: DecisionForm, status: int = 200
) -> HttpResponse:
    decided = bool(submission.decisions.all())
    own = submission.employee.user_id == request.user.pk
    hold = None if decided or own else _hold(request, submission)
    held_by = hold.reviewer if hold and hold.reviewer_id != request.user.pk else None
    return shown(
        request,
        "form.html",
        f"Review {submission.kind} {submission.receipt}",
        status=status,
        **review_page(submission, load_surroundings([submission]), at=clock.now()),
        form=decision,
        errors=decision.errors,
        decided=decided,
        own=own,
        held_by=held_by,
        # Typed words are never thrown away, whatever has happened meanwhile.
        may_decide=may_act(request) and (decision.is_bound or not (decided or own or held_by)),
        left=_left(request, submission.offer, late=not submission.timely),
    )


def _hold(request: HttpRequest, submission: Submission) -> ReviewHold | None:
    """The hold on a form that is looked at: a reviewer takes it in hand, an auditor does not."""
    if may_act(request):
        return queue.look_at(actor=request.user, submission=submission)
    return queue.in_hands(submission.offer).filter(submission=submission).first()


def _left(request: HttpRequest, offer: Offer, *, late: bool = False) -> queue.HowMany:
    """How many forms wait: for this reviewer, or, for whoever takes none, at all."""
    if may_act(request):
        return queue.how_many(queue.waiting_for(request.user, offer, late=late))
    return queue.how_many(queue.unreviewed(offer, late=late))


admin.site.add_page("review/", overview, name="review")
admin.site.add_page("review/next/", take, name="review_next")
admin.site.add_page("review/<key:pk>/", form, name="review_form")
admin.site.add_page("review/<key:pk>/put-back/", put_back, name="review_put_back")
