"""Finding submissions by a few words, at the size of a large record.

A word is looked for anywhere in what each table says of itself, and the tables' answers are put
together as a UNION: PostgreSQL then takes each from a trigram index (migration 0010). In one
condition over all of them it would read every line of every form.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils.text import smart_split, unescape_string_literal

from elections.core.receipt import normal_receipt
from elections.models import Submission

# By table, since one index serves the columns of one table: what is frozen in the form, what the
# roster says now, and the grants that the form speaks of.
SEARCHED = (
    ("receipt", "employee_number", "employee_name", "employee_email"),
    ("employee__name", "employee__email"),
    ("lines__grant__number",),
)


def keys_found(text: str, *, at_most: int) -> list[int]:
    """The keys of `submissions_with(text)`, in no order; of more than `at_most`, so many."""
    with _by_index():
        return list(submissions_with(text).order_by().values_list("pk", flat=True)[:at_most])


@contextmanager
def _by_index() -> Iterator[None]:
    """Have PostgreSQL read no table through, which it takes to be cheaper than it is.

    It reckons next to nothing for `UPPER` of a hundred thousand names: 30 ms instead of one.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        yield


def submissions_with(text: str) -> QuerySet[Submission]:
    """Those in which each word of `text` is found somewhere, whatever its case; all without words.

    Words in quotes are one. A receipt code is found in whatever way it is typed.
    """
    words = dict.fromkeys(_unquoted(word) for word in smart_split(text))
    found = Submission.objects.filter(*(Q(pk__in=_keys_of(word)) for word in words))
    receipt = normal_receipt(text)
    if receipt is None:
        return found
    keys = found.order_by().values("pk").union(_keys(Q(receipt=receipt)))
    return Submission.objects.filter(pk__in=keys)


def _keys_of(word: str) -> QuerySet[Submission]:
    """The keys of those in which this word is found."""
    first, *others = (
        _keys(Q(*((f"{column}__icontains", word) for column in columns), _connector=Q.OR))
        for columns in SEARCHED
    )
    return first.union(*others)


def _keys(condition: Q) -> QuerySet[Submission]:
    return Submission.objects.filter(condition).order_by().values("pk")


def _unquoted(word: str) -> str:
    quoted = word[0] in "\"'" and word[0] == word[-1]
    return unescape_string_literal(word) if quoted else word
