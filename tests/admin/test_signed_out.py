"""A form of staff that is sent after the session ended is kept, and sent again from there."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from elections.models import InformationSession, Offer, User
from tests.admin.people import signed_in
from tests.signing_in import sign_in
from tests.views.pages import typed, words

SESSIONS = "/admin/elections/informationsession"


@pytest.fixture
def new(offer: Offer) -> str:
    """The page on which HR announces an information session."""
    return f"{SESSIONS}/new/{offer.pk}/"


@pytest.fixture
def form(offer: Offer) -> dict[str, str]:
    return {"place": "Room & board <b>", "how_to_join": "By the stairs", "odd": "kept too"}


def test_what_was_typed_comes_back_and_reaches_its_page_once_signed_in(
    new: str, form: dict[str, str], hr: User
) -> None:
    client = Client()
    page = client.post(f"{new}?from=here", form)
    assert page.status_code == 403
    assert "You had been signed out in the meantime." in words(page)
    assert f'action="{new}?from=here"' in page.content.decode()
    kept = typed(page)
    assert form.items() <= kept.items()
    assert not InformationSession.objects.exists()
    again = signed_in(hr).post(new, kept)
    assert again.status_code in (200, 422)
    assert "Room &amp; board &lt;b&gt;" in again.content.decode()


def test_a_page_that_is_too_old_does_not_lose_it_either(
    new: str, form: dict[str, str], hr: User
) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "same-origin"})
    sign_in(strict, hr)
    page = strict.post(new, form)
    assert page.status_code == 403
    assert form.items() <= typed(page).items()
    assert strict.post(new, typed(page)).status_code in (200, 422)


def test_of_a_file_it_says_that_it_has_to_be_chosen_again(offer: Offer) -> None:
    file = SimpleUploadedFile("roster <1>.csv", b"x")
    page = Client().post("/admin/elections/rosterupload/upload/", {"kind": "all", "file": file})
    assert "asks for roster <1>.csv once more" in words(page)
    assert typed(page)["kind"] == "all"


def test_a_password_is_never_repeated(offer: Offer, superuser: User) -> None:
    secret = {"email": "new@example.com", "password1": "se-cret-se-cret", "password2": "x"}
    signed_out = Client().post("/admin/elections/user/add/", secret)
    assert signed_out.status_code == 302
    strict = Client(enforce_csrf_checks=True, headers={"sec-fetch-site": "same-origin"})
    sign_in(strict, superuser)
    too_old = strict.post("/admin/elections/user/add/", secret)
    assert too_old.status_code == 403
    assert "se-cret" not in too_old.content.decode()


def test_without_keeping_it_what_was_typed_would_be_gone(
    new: str, form: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("elections.admin_site.may_be_kept", lambda request: False)
    page = Client().post(new, form)
    assert page.status_code == 302
    assert "stairs" not in page.headers["Location"]


def test_a_form_with_nothing_in_it_just_leads_to_the_sign_in(new: str) -> None:
    assert Client().post(new).headers["Location"] == f"/admin/login/?next={new}"
