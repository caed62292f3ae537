"""An extension that waits for a second person: what it would do, and approving or rejecting it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse

from elections.admin import labels
from elections.admin.confirming import ask_again
from elections.admin.extending import EXTEND, Page, effects, tell_extended
from elections.admin.forms import REASON_LENGTH, Refusable
from elections.admin.site import ReadOnlyAdmin
from elections.models import ExtensionProposal, Offer
from elections.models.proposal import ProposalState
from elections.services.extend import Extended, NotExtended
from elections.services.propose import approve_extension, reject_extension

STATES = {
    ProposalState.OPEN: "warning",
    ProposalState.APPROVED: "good",
    ProposalState.REJECTED: "quiet",
}


class RejectionForm(Refusable):
    """Why a proposal is rejected; an approval needs no reason beyond the proposal's own."""

    reason = forms.CharField(
        label="Reason for rejecting it",
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


@admin.register(ExtensionProposal)
class ExtensionProposalAdmin(ReadOnlyAdmin):
    """Every proposal, the latest first; decided on its own page."""

    list_display = ("offer", "proposed", "to", "by", "progress", "decision")
    list_select_related = ("offer", "proposed_by", "decided_by")
    list_filter = ("state",)
    ordering = ("-proposed_at", "-pk")

    def get_urls(self) -> list[URLPattern]:
        """The address that takes a decision, before Django's own."""
        decide = self.admin_site.admin_view(self.decide_view)
        name = "elections_extensionproposal_decide"
        return [path("<key:pk>/decide/", decide, name=name), *super().get_urls()]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """What it would do as things stand now, not as they stood when it was made."""
        if not self.has_view_permission(request) or request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        proposal = self.get_object(request, object_id)
        if proposal is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)
        return self._shown(request, proposal, RejectionForm())

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Approve or reject, and go to the offer; refused, come back with every word kept."""
        if not request.user.has_perm(EXTEND):
            raise PermissionDenied
        proposal = get_object_or_404(ExtensionProposal, pk=pk)
        if request.method != "POST":
            return HttpResponse(status=405, headers={"Allow": "POST"})
        if detour := ask_again(request):
            return detour
        form = RejectionForm(request.POST)
        if not form.is_valid():
            return self._shown(request, proposal, form, status=422)
        if request.POST.get("decision") == "approve":
            outcome = approve_extension(actor=request.user, proposal=proposal)
        else:
            reason = form.cleaned_data["reason"]
            outcome = reject_extension(actor=request.user, proposal=proposal, reason=reason)
        if isinstance(outcome, NotExtended):
            form.refuse(outcome.problems)
            return self._shown(request, proposal, form, status=422)
        if isinstance(outcome, Extended):
            tell_extended(self._page(request, proposal), outcome)
        else:
            messages.success(request, "The proposal is rejected; the deadline stands as it was.")
        return HttpResponseRedirect(
            reverse("admin:elections_offer_change", args=[proposal.offer_id])
        )

    def _page(self, request: HttpRequest, proposal: ExtensionProposal) -> Page:
        offer = Offer.objects.prefetch_related("extensions").get(pk=proposal.offer_id)
        return Page(request, offer, self.admin_site.each_context(request))

    def _shown(
        self,
        request: HttpRequest,
        proposal: ExtensionProposal,
        form: RejectionForm,
        *,
        status: int = 200,
    ) -> HttpResponse:
        whole = ExtensionProposal.objects.select_related("proposed_by", "decided_by")
        proposal = whole.get(pk=proposal.pk)
        page = self._page(request, proposal)
        still_open = proposal.state == ProposalState.OPEN
        return page.shown(
            "proposal.html",
            "Proposal to extend the offer",
            status=status,
            proposal=proposal,
            proposed_label=page.label(proposal.proposed_at),
            decided_label=page.label(proposal.decided_at) if proposal.decided_at else "",
            wanted_label=page.label(proposal.expiration),
            still_open=still_open,
            own=proposal.proposed_by == request.user,
            may_decide=request.user.has_perm(EXTEND),
            form=form,
            errors=form.errors,
            reason=proposal.reason,
            **(effects(page, proposal.expiration) if still_open else {}),
        )

    @admin.display(description="proposed", ordering="proposed_at")
    def proposed(self, proposal: ExtensionProposal) -> str:
        """When, in the offer's zone."""
        return labels.cell_time(proposal.proposed_at, proposal.offer.zone)

    @admin.display(description="new deadline", ordering="expiration")
    def to(self, proposal: ExtensionProposal) -> str:
        """The deadline that it wants, in the offer's zone."""
        return labels.cell_time(proposal.expiration, proposal.offer.zone)

    @admin.display(description="by")
    def by(self, proposal: ExtensionProposal) -> str:
        """Whoever proposed it."""
        return str(proposal.proposed_by)

    @admin.display(description="state", ordering="state")
    def progress(self, proposal: ExtensionProposal) -> str:
        """What has become of it."""
        state = ProposalState(proposal.state)
        return labels.state(state.label, STATES[state])

    @admin.display(description="decided")
    def decision(self, proposal: ExtensionProposal) -> str:
        """By whom, and when."""
        if not proposal.decided_by:
            return labels.NOTHING
        at = labels.cell_time(proposal.decided_at, proposal.offer.zone)
        return f"{proposal.decided_by}, {at}"
