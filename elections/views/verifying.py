"""Anyone who holds a receipt code can see that its record exists, when it was made, and its digest.

Nothing personal is told: not whose form it is, nor of what kind. A code cannot be guessed
(`core.receipt`), and knowing one tells no more than the paper it stands on.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from elections.core.receipt import normal_receipt
from elections.models import Submission
from elections.views.outage import kept_through_outages

LONGEST = 40  # characters typed: a code has 15, and people add spaces


class ReceiptForm(forms.Form):
    """A receipt code as someone typed it; cleaned, in its canonical form."""

    receipt = forms.CharField(
        label="Receipt code",
        max_length=LONGEST,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        help_text="As it stands on the receipt, such as 7K3MQ-9WD4X-81. Capitals do not matter.",
        error_messages={
            "required": "Please type the code that stands on the receipt.",
            "max_length": "This is longer than any receipt code. Please type the code alone.",
        },
    )

    def clean_receipt(self) -> str:
        """The code, if its two check digits fit."""
        canonical = normal_receipt(self.cleaned_data["receipt"])
        if canonical is None:
            raise forms.ValidationError(
                "This is not a receipt code: its last two digits do not fit the rest. Please"
                " compare it with the receipt, character by character."
            )
        return canonical


@require_safe
@never_cache
@kept_through_outages
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a code; given one (`?receipt=`), lead to what is on record of it."""
    form = ReceiptForm(request.GET if "receipt" in request.GET else None)
    if form.is_valid():
        return redirect("verify-receipt", form.cleaned_data["receipt"])
    status = 422 if form.is_bound else 200
    return render(request, "portal/verify.html", {"form": form}, status=status)


@require_safe
@never_cache
@kept_through_outages
def verify_receipt(request: HttpRequest, receipt: str) -> HttpResponse:
    """What is on record of this code, or that nothing is."""
    form = ReceiptForm({"receipt": receipt})
    if not form.is_valid():
        return render(request, "portal/verify.html", {"form": form}, status=404)
    canonical = form.cleaned_data["receipt"]
    if canonical != receipt:
        return redirect("verify-receipt", canonical)
    found = (
        Submission.objects.select_related("offer")
        .only("receipt", "received_at", "digest", "offer__zone", "offer__second_zone")
        .filter(receipt=canonical)
        .first()
    )
    context = {"receipt": canonical, "submission": found}
    return render(request, "portal/verified.html", context, status=200 if found else 404)
