"""Finding submissions by words: where it looks, and that an index answers it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.db.models import Q, QuerySet

from elections.models import Offer, Submission, User
from elections.search import SEARCHED, submissions_with
from tests.at_size import make_forms, make_people
from tests.factory import elect, make_employee, make_grant


@pytest.fixture
def wanted(offer: Offer) -> Submission:
    """Of someone who was renamed after having signed it; somebody else has one too."""
    person = make_employee(number="004711", name="Zoë O’Hara", email="zoe@old.example")
    form = elect(person, make_grant(person, "ES-1999"), make_grant(person, "ES-2000"))
    person.name, person.email = "Zoë Quill", "quill@new.example"
    person.save()
    other = make_employee(number="009", name="Pat Hara", email="pat@old.example")
    elect(other, make_grant(other, "XX-1"))
    return form


@pytest.mark.parametrize(
    "text",
    [
        "004711",
        "471",
        "o’hara",  # as signed
        "ZOë QUILL",  # as on the roster now
        "zoe@old",
        "quill@new.example",
        "es-1999",
        "1999",
        "zoë 004711 2000",
        '"zoë o’hara"',
        "'Zoë Quill'",
    ],
)
def test_each_word_is_found_wherever_it_stands(wanted: Submission, text: str) -> None:
    assert list(submissions_with(text)) == [wanted]


@pytest.mark.parametrize("text", ["nobody", "zoë pat", '"o’hara zoë"', "100%", "es_1999", "\\"])
def test_one_word_that_stands_nowhere_finds_nothing(wanted: Submission, text: str) -> None:
    assert not submissions_with(text).exists()


def test_a_form_is_found_once_however_often_a_word_stands_in_it(wanted: Submission) -> None:
    assert [form.pk for form in submissions_with("ES-")] == [wanted.pk]


def test_without_a_word_nothing_is_left_out(wanted: Submission) -> None:
    assert submissions_with(" ").count() == 2


INDEXES = ("elections_submission_words", "elections_employee_words", "elections_grant_words")


@pytest.fixture
def large(offer: Offer) -> None:
    """A record of a thousand people, which PostgreSQL knows to be as large."""
    make_forms(offer, User.objects.create_user("law@example.com"), make_people())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


@pytest.mark.postgres
def test_an_index_answers_for_every_column(large: None) -> None:
    plan = plan_of(submissions_with("quill"))

    assert all(index in plan for index in INDEXES), plan
    assert all(f"Seq Scan on {index.removesuffix('_words')}" not in plan for index in INDEXES)


@pytest.mark.postgres
def test_one_condition_over_all_columns_would_read_every_form(large: None) -> None:
    columns = [column for table in SEARCHED for column in table]
    anywhere = Q(*((f"{column}__icontains", "quill") for column in columns), _connector=Q.OR)

    assert not any(index in plan_of(Submission.objects.filter(anywhere)) for index in INDEXES)


def plan_of(forms: QuerySet[Submission]) -> str:
    """How PostgreSQL finds them where reading a table through is the last resort."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_indexscan = off")  # of the key, likewise
    return forms.explain()
