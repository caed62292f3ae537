"""`manage.py invite_people`."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from elections.models import AuditEntry, Offer, OutboxMessage
from tests.factory import make_employee, make_user


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("invite_people", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_invites_everybody_once_and_says_how_many(offer: Offer) -> None:
    for number in ("E-1", "E-2"):
        make_employee(number=number, name="Pat", email=f"{number}@example.com", user=make_user())

    assert run("--dry-run") == ["Pat (E-1) <E-1@example.com>", "Pat (E-2) <E-2@example.com>"]
    assert not OutboxMessage.objects.exists()
    assert run() == ["2 being invited."]
    assert run() == [
        "Nobody is left to invite: everybody on the roster who can sign in was invited, or has"
        " signed in before."
    ]
    assert OutboxMessage.objects.filter(kind="invitation").count() == 2
    assert AuditEntry.objects.get().actor is None


@pytest.mark.django_db
def test_before_an_offer_is_loaded_it_says_so() -> None:
    with pytest.raises(CommandError, match="load one first"):
        run()
