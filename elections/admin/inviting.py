"""HR's pages "Invite people": everybody new at once, with a preview, and one person again."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from elections import clock, queries
from elections.admin import labels
from elections.admin.forms import Refusable
from elections.admin.framed import framed
from elections.delivery.gather import invitation_facts
from elections.delivery.invitation import invitation_letter
from elections.models import Employee, Invitation, Offer
from elections.services.invite import Invited, NotInvited, invite_again, invite_people

SEE = "elections.view_invitation"
INVITE = "elections.add_invitation"
SHOWN = 50


class ConfirmForm(Refusable):
    """A single button; it can only say what the service refused."""


@require_http_methods(["GET", "HEAD", "POST"])
def everybody(request: HttpRequest, *, frame: dict[str, Any]) -> HttpResponse:
    """Who has not been invited yet, the mail that they get, and the button."""
    offer = _allowed(request)
    if request.method != "POST" or offer is None:
        return _everybody(request, frame, offer)
    outcome = invite_people(actor=request.user)
    if isinstance(outcome, NotInvited):
        return _everybody(request, frame, offer, _refused(outcome), status=422)
    people = "1 person is" if outcome.people == 1 else f"{outcome.people:,} people are"
    messages.success(request, f"{people} being invited.")
    return HttpResponseRedirect(reverse("admin:elections_employee_invite_all"))


def _everybody(
    request: HttpRequest,
    frame: dict[str, Any],
    offer: Offer | None,
    form: ConfirmForm | None = None,
    status: int = 200,
) -> HttpResponse:
    people = queries.people_to_invite(offer, at=clock.now()) if offer else Employee.objects.none()
    return framed(
        request,
        frame,
        "employee/invite_all.html",
        "Invite people",
        model=Employee,
        status=status,
        form=form or ConfirmForm(),
        offer=offer,
        people=people.count(),
        first=people[:SHOWN],
        letter=_preview(offer, "(name)", "(address)"),
        may_invite=request.user.has_perm(INVITE),
    )


@require_http_methods(["GET", "HEAD", "POST"])
def one(request: HttpRequest, pk: int, *, frame: dict[str, Any]) -> HttpResponse:
    """Someone's invitations so far, and the button that sends another."""
    offer = _allowed(request)
    employee = get_object_or_404(Employee.objects.select_related("user"), pk=pk)
    if request.method != "POST" or offer is None:
        return _one(request, frame, offer, employee)
    seen = request.POST.get("seen", "")
    outcome: Invited | NotInvited = invite_again(
        actor=request.user,
        employee=employee,
        seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 10 else -1,
    )
    if isinstance(outcome, NotInvited):
        return _one(request, frame, offer, employee, _refused(outcome), status=422)
    messages.success(request, f"{employee.name} is being invited.")
    return HttpResponseRedirect(reverse("admin:elections_employee_invite", args=[pk]))


def _one(
    request: HttpRequest,
    frame: dict[str, Any],
    offer: Offer | None,
    employee: Employee,
    form: ConfirmForm | None = None,
    status: int = 200,
) -> HttpResponse:
    invitations = list(
        Invitation.objects.filter(employee=employee)
        .select_related("invited_by")
        .prefetch_related("mails")
    )
    return framed(
        request,
        frame,
        "employee/invite.html",
        f"Invite {employee.name}",
        model=Employee,
        status=status,
        form=form or ConfirmForm(),
        offer=offer,
        employee=employee,
        may_sign_in=employee.user is not None and employee.user.is_active,
        last_login=labels.cell_time(
            employee.user.last_login if employee.user else None, settings.TIME_ZONE
        ),
        invitations=[_line(invitation) for invitation in invitations],
        letter=_preview(offer, employee.name, employee.email),
        may_invite=request.user.has_perm(INVITE),
    )


def _line(invitation: Invitation) -> dict[str, Any]:
    return {
        "at": labels.cell_time(invitation.invited_at, settings.TIME_ZONE),
        "by": invitation.invited_by or "the command line",
        "mail": next(iter(invitation.mails.all()), None),
    }


def _allowed(request: HttpRequest) -> Offer | None:
    """The offer, None before one is loaded; whoever may only look cannot send anything."""
    if not request.user.has_perm(SEE):
        raise PermissionDenied
    if request.method == "POST" and not request.user.has_perm(INVITE):
        raise PermissionDenied
    try:
        return queries.current_offer()
    except Offer.DoesNotExist:
        return None


def _refused(outcome: NotInvited) -> ConfirmForm:
    form = ConfirmForm({})
    form.refuse(outcome.problems)
    return form


def _preview(offer: Offer | None, name: str, address: str) -> dict[str, str] | None:
    if offer is None:
        return None
    letter = invitation_letter(invitation_facts(offer, name, address, at=clock.now()))
    text = render_to_string("mail/letter.txt", {"letter": letter, "attached": False})
    return {"subject": letter.subject, "text": text}
