"""The pages about reviewing with a thousand people's forms: as many queries as ever, and quick."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from elections.models import Offer, Submission, User
from tests.admin.pages import REVIEW, review
from tests.at_size import make_forms, make_people

# The same as with three forms (test_review.py, test_review_clean.py); the late ones are paged.
QUERIES = {"": 9, "late/": 9, "clean/": 20}
SECONDS = 5.0  # each takes well under two on one slow core; what grows with the square would not


@pytest.fixture
def at_size(offer: Offer, law: User) -> Offer:
    make_forms(offer, law, make_people())
    return offer


def test_no_page_about_reviewing_takes_longer_or_more_queries(
    at_size: Offer, law_client: Client
) -> None:
    form = Submission.objects.filter(timely=True, decisions=None).order_by("received_at").last()
    law_client.get(REVIEW)  # templates are read once
    taken, seconds = {}, {}

    for path in QUERIES:
        started = time.monotonic()
        with CaptureQueriesContext(connection) as captured:
            assert law_client.get(f"{REVIEW}{path}").status_code == 200
        taken[path], seconds[path] = len(captured), time.monotonic() - started
    started = time.monotonic()
    assert law_client.get(review(form)).status_code == 200
    seconds["form"] = time.monotonic() - started

    assert taken == QUERIES
    assert {page: took for page, took in seconds.items() if took > SECONDS} == {}
