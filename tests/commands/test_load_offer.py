"""`manage.py load_offer`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from elections.models import Document, Offer
from elections.services.documents import publish_version
from tests.factory import make_user

pytestmark = pytest.mark.django_db
SHIPPED = str(Path(settings.BASE_DIR, "offers", "lantronix-2002"))


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("load_offer", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_loads_the_offer_once() -> None:
    assert "The offer lantronix-2002 is new." in run(SHIPPED)
    assert run(SHIPPED) == ["The offer lantronix-2002 is loaded already; nothing changed."]
    assert Offer.objects.count() == 1


def test_a_dry_run_loads_nothing() -> None:
    lines = run(SHIPPED, "--dry-run")

    assert "The offer lantronix-2002 is new." in lines
    assert lines[-1] == "This was a dry run: nothing was written."
    assert not Offer.objects.exists()


def test_each_problem_is_a_line(tmp_path: Path) -> None:
    (tmp_path / "offer.toml").write_text("slug = 7\nspeed = 9\n", encoding="utf-8")
    err = StringIO()

    with pytest.raises(CommandError, match="Nothing was loaded: 25 problem"):
        call_command("load_offer", str(tmp_path), stderr=err)

    lines = err.getvalue().splitlines()
    assert len(lines) == 25
    assert lines[:2] == [
        "speed: there is no such key.",
        'slug: must be text in quotes, such as "US".',
    ]


def test_it_says_what_staff_made_and_how_to_overwrite_it() -> None:
    run(SHIPPED)
    letter = Document.objects.get(slug="announcement-letter")
    publish_version(actor=make_user(), document=letter, text="Staff's words.")

    assert run(SHIPPED) == [
        "Document announcement-letter says something else in the file; staff published version 2,"
        " which stays in force.",
        "The offer lantronix-2002 is loaded already; nothing changed.",
        "What staff made was left as it is; --force puts the file's over it.",
    ]
    assert run(SHIPPED, "--force") == ["Document announcement-letter has version 3."]
