"""Exchanging the secret key: nobody is signed out while the old one is still known."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core import signing
from django.test import Client

from elections.models import Offer
from scripts.throwaway import production_environment
from tests.factory import make_user
from tests.project import starting

OLD, NEW = "the-old-key-of-a-test-0123456789", "the-new-key-of-a-test-abcdefghijk"


@pytest.mark.parametrize("known", [True, False])
def test_an_old_secret_still_opens_what_it_signed(
    offer: Offer, settings: object, known: bool
) -> None:
    settings.SECRET_KEY = OLD
    client = Client()
    client.force_login(make_user("pat@example.com"))
    link = signing.dumps("a link")

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD] if known else []

    assert ("Sign out" in client.get("/").content.decode()) is known
    if known:
        assert signing.loads(link) == "a link"
    else:
        with pytest.raises(signing.BadSignature):
            signing.loads(link)


def test_what_is_signed_anew_is_signed_with_the_new_key(settings: object) -> None:
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = NEW, [OLD]
    link = signing.dumps("a link")
    settings.SECRET_KEY_FALLBACKS = []
    assert signing.loads(link) == "a link"


@pytest.mark.worker
def test_old_keys_come_from_their_variable_or_a_file_with_a_line_each(tmp_path: Path) -> None:
    keys = [production_environment()["PORTAL_SECRET_KEY"] for _ in range(2)]
    file = tmp_path / "old"
    file.write_text("\n".join(keys) + "\n")
    file.chmod(0o600)
    for given in (
        {"PORTAL_SECRET_KEY_FALLBACKS": ",".join(keys)},
        {"PORTAL_SECRET_KEY_FALLBACKS_FILE": str(file)},
    ):
        read = starting.settings("SECRET_KEY_FALLBACKS", **production_environment() | given)
        assert read["SECRET_KEY_FALLBACKS"] == keys


@pytest.mark.worker
def test_an_old_key_that_can_be_guessed_is_refused_too() -> None:
    given = {"PORTAL_SECRET_KEY_FALLBACKS": "django-insecure-0123456789abcdefghijklmnopqrstu"}
    done = starting.run("manage.py", "check", **production_environment() | given)
    assert done.returncode != 0
    assert "PORTAL_SECRET_KEY_FALLBACKS looks like a placeholder" in done.stderr
