"""Visiting the employees' pages in tests: what stands on one, and going through them."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from elections.models import Employee, Extension, Grant, Offer, Submission, User
from elections.models.submission import Verdict
from elections.services.extend import Extended, extend_offer
from elections.services.review import Decided, review_submission
from tests.factory import EXPIRATION, make_user
from tests.signing_in import sign_in


def signed_in(account: Employee | User) -> Client:
    """A browser in which this account has signed in."""
    client = Client()
    user = account.user if isinstance(account, Employee) else account
    assert user is not None
    sign_in(client, user)
    return client


def words(response: HttpResponse) -> str:
    """The text of a page as a person reads it: no tags, single spaces."""
    body = re.sub(r"<!--.*?-->", "", response.content.decode().partition("<body")[2], flags=re.S)
    text = html.unescape(re.sub(r"<[^>]*>", " ", body).replace("&shy;", ""))
    return re.sub(r" ([,.;:])", r"\1", " ".join(text.split()))


def title(response: HttpResponse) -> str:
    """The page's title, as the browser's tab shows it."""
    found = re.search(r"<title>(.*?)</title>", response.content.decode(), re.S)
    assert found is not None
    return html.unescape(found[1])


def choices(*, exchange: tuple[Grant, ...] = (), keep: tuple[Grant, ...] = ()) -> dict[str, str]:
    """The fields of the election form that say this."""
    return {f"grant-{g.number}": "exchange" for g in exchange} | {
        f"grant-{g.number}": "keep" for g in keep
    }


def fill_in(client: Client, fields: dict[str, str], form: str = "election") -> str:
    """Fill in a form that is accepted; the token of the draft it leads to."""
    response = client.post(f"/{form}/", fields)
    assert response.status_code == 303, words(response)
    path, _, token = response.headers["Location"].partition("?form=")
    assert path == f"/{form}/check/"
    return token


def sign(client: Client, token: str, form: str = "election", **changes: Any) -> HttpResponse:
    """Sign the draft with that token on its check page; `changes` replace fields."""
    fields = {"form_token": token, "signature": "Pat Example", "agree": "on"} | changes
    return client.post(f"/{form}/check/", fields)


def submit(client: Client, fields: dict[str, str], form: str = "election") -> Submission:
    """Go the whole way to a receipt."""
    response = sign(client, fill_in(client, fields, form), form)
    assert response.status_code == 303, words(response)
    return Submission.objects.get(receipt=response.headers["Location"].split("/")[2])


def typed(response: HttpResponse) -> dict[str, str]:
    """What the page would send again."""
    form = response.content.decode().partition("<main")[2].partition("</main>")[0]
    found = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
    return {html.unescape(name): html.unescape(value) for name, value in found}


def decide(submission: Submission, verdict: Verdict, reason: str = "Seen.") -> None:
    """Let the Law Department decide on it."""
    outcome = review_submission(
        actor=make_user(is_staff=True), submission=submission, verdict=verdict, reason=reason
    )
    assert isinstance(outcome, Decided), outcome


def extend(offer: Offer, *, days: int = 7) -> Extension:
    """Let HR move the deadline by so many days."""
    outcome = extend_offer(
        actor=make_user(is_staff=True),
        offer=offer,
        expected=EXPIRATION,
        expiration=EXPIRATION + timedelta(days=days),
        reason="More time.",
    )
    assert isinstance(outcome, Extended), outcome
    return outcome.extension
