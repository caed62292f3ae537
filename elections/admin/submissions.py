"""Submissions as Law looks at them, and the one thing Law does: record a decision."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from elections import clock, queries
from elections.admin import labels, paper_scan
from elections.admin.filters import Governing, Late, Reviewed
from elections.admin.forms import DecisionForm
from elections.admin.site import ReadOnlyAdmin
from elections.admin.submission_page import page_of, with_all
from elections.delivery.deliver import confirmation_pdf
from elections.models import ReviewDecision, Submission
from elections.models.outbox import MailState
from elections.models.submission import Verdict
from elections.search import keys_found, submissions_with
from elections.services.flags import FlagCode, flags_of, load_surroundings
from elections.services.review import COUNTING, Decided, review_submission

DECIDE = "elections.add_reviewdecision"
FEW = 500  # keys that a query may name
# Of several mails about one submission the list shows the one that needs attention most.
MAIL_STATES = {
    MailState.FAILED: "bad",
    MailState.WAITING: "warning",
    MailState.SENDING: "warning",
    MailState.SENT: "quiet",
}
VERDICT_TONES = {
    Verdict.VALID: "good",
    Verdict.IRREGULAR: "bad",
    Verdict.LATE: "bad",
    Verdict.REINSTATED: "warning",
}
NOW = {
    Verdict.VALID: "is valid",
    Verdict.IRREGULAR: "is irregular",
    Verdict.LATE: "stays late and does not count",
    Verdict.REINSTATED: "is reinstated",
}


@admin.register(Submission)
class SubmissionAdmin(ReadOnlyAdmin):
    """All submissions, newest first."""

    list_display = (
        "receipt",
        "person",
        "what",
        "time_of_record",
        "arrival",
        "standing",
        "review",
        "mail",
    )
    list_filter = (Governing, Late, "kind", Reviewed)
    list_per_page = 25  # two thirds of what the page takes is for its rows
    show_full_result_count = False  # a second count of the whole record, on each page
    ordering = ("-received_at", "-pk")
    search_fields = ("receipt",)  # shows the box; where else is searched: `elections.search`
    search_help_text = "Employee number, name or address; receipt; grant number"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Submission]:
        """Each with its standing, whether it governs, and its mails."""
        submissions = queries.with_governing(super().get_queryset(request))
        return submissions.select_related("offer").prefetch_related("mails")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Submission], search_term: str
    ) -> tuple[QuerySet[Submission], bool]:
        """Search as it can be done in a large record; nothing is found twice."""
        if not search_term.strip():
            return queryset, False
        # Counted, paged and shown by their keys, so that the search itself is done once.
        few = keys_found(search_term, at_most=FEW + 1)
        if len(few) <= FEW:
            return queryset.filter(pk__in=few), False
        return queryset.filter(pk__in=submissions_with(search_term).order_by().values("pk")), False

    @admin.display(description="employee", ordering="employee_number")
    def person(self, submission: Submission) -> str:
        """Legal name and employee number, as frozen in the submission."""
        name, number = submission.employee_name, submission.employee_number
        return format_html('{}<br><span class="quiet">{}</span>', name, number)

    @admin.display(description="kind", ordering="kind")
    def what(self, submission: Submission) -> str:
        """Election, withdrawal or decline."""
        return str(submission.kind).capitalize()

    @admin.display(description="time of record", ordering="received_at")
    def time_of_record(self, submission: Submission) -> str:
        """In the offer's own zone."""
        return labels.cell_time(submission.received_at, submission.offer.zone)

    @admin.display(description="arrival", ordering="timely")
    def arrival(self, submission: Submission) -> str:
        """In time or late, by the deadline then in force."""
        return "In time" if submission.timely else labels.state("Late", "bad")

    @admin.display(description="governs")
    def standing(self, submission: Submission) -> str:
        """Whether it is the one that counts for its person."""
        return labels.state("Governs", "good") if submission.governs else labels.NOTHING

    @admin.display(description="review")
    def review(self, submission: Submission) -> str:
        """Law's last word."""
        if not submission.verdict:
            return "Not reviewed yet"
        verdict = Verdict(submission.verdict)
        return labels.state(verdict.label, VERDICT_TONES[verdict])

    @admin.display(description="mail")
    def mail(self, submission: Submission) -> str:
        """The state of the mail about it that has come least far."""
        states = {message.state for message in submission.mails.all()}
        for mail_state, tone in MAIL_STATES.items():
            if mail_state in states:
                return labels.state(mail_state.label, tone)
        return labels.NOTHING

    def get_urls(self) -> list[URLPattern]:
        """The addresses of a decision and of the PDF, before Django's own."""
        view = self.admin_site.admin_view
        return [
            path(
                "<key:pk>/decide/",
                view(require_POST(self.decide_view)),
                name="elections_submission_decide",
            ),
            path(
                "<key:pk>/confirmation.pdf",
                view(require_safe(self.pdf_view)),
                name="elections_submission_pdf",
            ),
            path("<key:pk>/scan/", view(paper_scan.scan), name="elections_submission_scan"),
            *super().get_urls(),
        ]

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one submission; a POST to it is refused, since nothing in it changes."""
        if request.method not in ("GET", "HEAD"):
            raise PermissionDenied
        submission = with_all(self._find(request, unquote(object_id)))
        return self._page(request, submission, DecisionForm(submission=submission))

    def decide_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Record Law's decision and come back to the page; refused, show why and keep the words."""
        if not request.user.has_perm(DECIDE):
            raise PermissionDenied
        submission = with_all(self._find(request, pk))
        form = DecisionForm(request.POST, submission=submission)
        if form.is_valid():
            outcome = review_submission(
                actor=request.user,
                submission=submission,
                verdict=Verdict(form.cleaned_data["verdict"]),
                reason=form.cleaned_data["reason"],
                seen=form.cleaned_data["seen"],
            )
            if isinstance(outcome, Decided):
                tell(request, submission, outcome.decision)
                return HttpResponseRedirect(
                    reverse("admin:elections_submission_change", args=[submission.pk])
                )
            form.refuse(outcome.problems)
        return self._page(request, submission, form, status=422)

    def pdf_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The confirmation as the employee has it, byte for byte."""
        submission = self._find(request, pk)
        return HttpResponse(
            confirmation_pdf(submission),
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'inline; filename="{submission.receipt}.pdf"',
                "Cache-Control": "no-store",
            },
        )

    def _find(self, request: HttpRequest, key: int | str) -> Submission:
        """The submission of that key for somebody who may see it, or the refusal."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        submission = self.get_object(request, str(key))
        if submission is None:
            raise Http404
        return submission

    def _page(
        self, request: HttpRequest, submission: Submission, form: DecisionForm, status: int = 200
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            **page_of(submission, load_surroundings([submission]), at=clock.now()),
            "opts": self.opts,
            "title": f"{submission.get_kind_display()} {submission.receipt}",
            "errors": form.errors,
            "form": form,
            "may_decide": request.user.has_perm(DECIDE),
        }
        template = "admin/elections/submission/page.html"
        return TemplateResponse(request, template, context, status=status)


def tell(request: HttpRequest, submission: Submission, decision: ReviewDecision) -> None:
    """Say what the decision did: the mail, what governs now, and what it does not touch."""
    governing = queries.governing_submission(submission.offer, submission.employee)
    sentences = [f"Recorded: {submission.receipt} {NOW[Verdict(decision.verdict)]}."]
    if decision.mails.exists():
        sentences.append(f"{submission.employee_name} is being told by mail.")
    governs = f"What governs now is {governing.receipt}." if governing else "Nothing governs now."
    messages.success(request, " ".join([*sentences, governs]))
    if decision.verdict in COUNTING:
        return
    for flag in flags_of(submission, load_surroundings([submission]), at=decision.decided_at):
        if flag.code == FlagCode.BUILT_UPON:
            messages.warning(request, flag.sentence)
