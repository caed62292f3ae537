"""Late forms, listed apart: what came in after the deadline, and whether it can be reinstated."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from elections import queries
from elections.admin import labels
from elections.admin.review import offer_of, reviewers_act, shown
from elections.core.instants import time_left
from elections.models import Extension, Submission
from elections.models.submission import Verdict
from elections.services import queue

PER_PAGE = 50


@require_safe
@reviewers_act
def late_forms(request: HttpRequest) -> HttpResponse:
    """Those without a decision first, then oldest first."""
    offer = offer_of(request)
    covering = Extension.objects.filter(
        offer=OuterRef("offer"), expiration__gt=OuterRef("received_at")
    )
    forms = queries.with_standing(Submission.objects.filter(offer=offer, timely=False)).annotate(
        covered=Exists(covering)
    )
    # "" (no decision yet) comes before every verdict.
    pages = Paginator(forms.order_by("verdict", "received_at", "pk"), PER_PAGE)
    page = pages.get_page(request.GET.get("page"))
    return shown(
        request,
        "late.html",
        "Late submissions",
        page=page,
        rows=[_row(form, zone=offer.zone) for form in page],
        waiting=queue.how_many(queue.waiting_for(request.user, offer, late=True)),
    )


def _row(form: Submission, *, zone: str) -> dict[str, Any]:
    return {
        "form": form,
        "received": labels.cell_time(form.received_at, zone),
        "by": time_left(form.deadline, form.received_at) or "the very instant",
        "covered": form.covered,
        "decision": Verdict(form.verdict).label if form.verdict else "",
    }


admin.site.add_page("review/late/", late_forms, name="review_late")
