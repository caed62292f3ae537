"""Finding many forms valid at once: a preview of which, and why not the others; then the act."""

from __future__ import annotations

import re
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from elections.admin import labels
from elections.admin.review import offer_of, reviewers_act, shown
from elections.models import Submission
from elections.services import queue
from elections.services.review_clean import AT_ONCE, FoundValid, find_clean_valid, sort_out

# The keys of the forms that the preview showed; no key is longer than the database can hold.
_KEYS = re.compile(rf"\d{{1,18}}(,\d{{1,18}}){{0,{AT_ONCE - 1}}}", re.ASCII)


@require_http_methods(["GET", "HEAD", "POST"])
@reviewers_act
def clean_forms(request: HttpRequest) -> HttpResponse:
    """Show what the rules find clean; a POST finds valid what was shown, as far as it still is."""
    if request.method != "POST":
        return _preview(request)
    sent = request.POST.get("forms", "")
    if not _KEYS.fullmatch(sent):
        messages.error(request, "That list of forms cannot be read. Please look at this one.")
        return _preview(request, status=422)
    keys = {int(key) for key in sent.split(",")}
    found = find_clean_valid(actor=request.user, offer=offer_of(request), forms=keys)
    _tell(request, found)
    return HttpResponseRedirect(reverse("admin:review"))


def _tell(request: HttpRequest, found: FoundValid) -> None:
    count = len(found.decisions)
    if count:
        messages.success(request, f"Recorded: {_forms(count)} found valid.")
    if found.left:
        messages.warning(
            request,
            f"{_forms(found.left)} left as before: no longer clean, or decided on, since the"
            " preview.",
        )


def _forms(count: int) -> str:
    return "1 form is" if count == 1 else f"{count:,} forms are"


def _preview(request: HttpRequest, status: int = 200) -> HttpResponse:
    offer = offer_of(request)
    found = sort_out(actor=request.user, offer=offer)
    all_of_them = queue.unreviewed(offer).count() + queue.unreviewed(offer, late=True).count()
    return shown(
        request,
        "clean.html",
        "Find clean forms valid",
        status=status,
        clean=[_row(form, zone=offer.zone) for form in found.clean],
        others=[
            {**_row(other.submission, zone=offer.zone), "reasons": other.reasons}
            for other in found.others
        ],
        keys=",".join(str(form.pk) for form in found.clean),
        looked_through=len(found.clean) + len(found.others),
        not_looked_at=all_of_them - len(found.clean) - len(found.others),
    )


def _row(form: Submission, *, zone: str) -> dict[str, Any]:
    return {"form": form, "received": labels.cell_time(form.received_at, zone)}


admin.site.add_page("review/clean/", clean_forms, name="review_clean")
