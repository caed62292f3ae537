"""Pages are sent compressed where that tells nobody anything."""

from __future__ import annotations

import gzip

from django.test import Client

from elections.models import Grant
from tests.factory import elect

BROWSER = {"headers": {"accept-encoding": "gzip, deflate, br"}}


def test_pages_that_repeat_nothing_of_the_request_are_compressed(
    client: Client, iso: Grant
) -> None:
    receipt = elect(iso.employee, iso).receipt
    for path in ("/", "/election/", f"/submissions/{receipt}/"):
        plain, zipped = client.get(path), client.get(path, **BROWSER)

        assert "Content-Encoding" not in plain
        assert zipped["Content-Encoding"] == "gzip"
        assert "Accept-Encoding" in zipped["Vary"]
        assert len(zipped.content) < len(plain.content) / 2
        assert b"</html>" in gzip.decompress(zipped.content)


def test_a_page_that_shows_what_its_address_says_is_not(client: Client, iso: Grant) -> None:
    answer = client.get("/compare/", {"price": "1.23"}, **BROWSER)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


def test_an_answer_to_a_form_is_not(client: Client, iso: Grant) -> None:
    answer = client.post("/election/", {"grant-0001": "neither"}, **BROWSER)
    assert answer.status_code == 422
    assert "Content-Encoding" not in answer


def test_one_page_is_not_always_as_long_as_another(client: Client, iso: Grant) -> None:
    lengths = {len(client.get("/election/", **BROWSER).content) for _ in range(20)}
    assert len(lengths) > 1
