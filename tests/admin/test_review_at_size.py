"""The pages about reviewing with a thousand people's forms take as many queries as ever."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from elections.models import Offer, Submission, User
from tests.admin.pages import REVIEW, review
from tests.at_size import make_forms, make_people

# The same as with three forms (test_review.py, test_review_clean.py); the late ones are paged.
QUERIES = {"": 8, "late/": 8, "clean/": 19}


@pytest.fixture
def at_size(offer: Offer, law: User) -> Offer:
    make_forms(offer, law, make_people())
    return offer


def test_no_page_about_reviewing_takes_more_queries_for_a_thousand_people(
    at_size: Offer, law_client: Client
) -> None:
    form = Submission.objects.filter(timely=True, decisions=None).order_by("received_at").last()
    law_client.get(REVIEW)  # content types are looked up once
    taken = {}

    for path in QUERIES:
        with CaptureQueriesContext(connection) as captured:
            assert law_client.get(f"{REVIEW}{path}").status_code == 200
        taken[path] = len(captured)

    assert taken == QUERIES
    assert law_client.get(review(form)).status_code == 200
