"""The floor: the least that a page and a form can be in Django, served as the portal is.

Same server, database and middleware; session and account are read as Django itself reads them.
"""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from bench.company import GRANTS_EACH
from bench.documents import forms, plainly
from elections.models import Grant
from exchange_portal.urls import urlpatterns as portal_urls

NOTES = "CREATE TABLE bench_note (id bigserial PRIMARY KEY, said text NOT NULL, at timestamptz)"
ARGON2 = Argon2PasswordHasher()
HASHED = ARGON2.encode("anything", ARGON2.salt())


class Note(models.Model):
    """The one row that a bare form leaves; `NOTES` makes its table."""

    said = models.TextField()
    at = models.DateTimeField()

    class Meta:
        app_label = "elections"
        managed = False
        db_table = "bench_note"

    def __str__(self) -> str:
        return self.said


@login_required
def bare(request: HttpRequest) -> HttpResponse:
    """A page as one writes it first: a frame, and ten rows. The session, the account, the rows."""
    grants = Grant.objects.filter(number__startswith="t000001-").select_related("plan")
    return render(request, "bench/page.html", {"grants": grants})


@login_required
@require_POST
def insert(request: HttpRequest) -> HttpResponse:
    """The session, the account, and one row in one transaction."""
    with transaction.atomic():
        Note.objects.create(said=request.POST["said"], at=request.arrived_at)
    return redirect("/bare/")


@login_required
def pdf(request: HttpRequest) -> HttpResponse:
    """The session, the account, and a form as WeasyPrint makes it when one calls it plainly."""
    return HttpResponse(plainly(next(forms(GRANTS_EACH))), content_type="application/pdf")


@require_POST
def one_hash(request: HttpRequest) -> HttpResponse:
    """One password compared with its hash, and nothing else."""
    ARGON2.verify(request.POST["password"], HASHED)
    return redirect("/bare/")


urlpatterns = [
    path("bare/", bare),
    path("bare/insert/", insert),
    path("bare/hash/", one_hash),
    path("bare/pdf/", pdf),
    *portal_urls,  # the bare page links to them
]
