"""Queries that are put into SQL once in each process, and from then on only run.

Putting one into SQL costs Django several times what PostgreSQL needs to answer it, and the pages
that everyone asks for in the last minute make the same few over and over.

    _grants = Prepared(lambda employee: Grant.objects.filter(employee=employee), employee=A_KEY)
    _grants(employee=employee.pk)

What is asked must depend on nothing but the values handed in: whatever else it looks up while it is
put together (a setting, the time) stays as it was the first time.
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable
from functools import cached_property
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Model, QuerySet

M = TypeVar("M", bound=Model)

# What stands for a value until there is one. It is found again among the SQL's parameters, so no
# value in use may equal it.
A_KEY = 2**62 + 20030120
A_TOKEN = uuid.UUID("b1e55ed0-0000-4000-8000-000000000000")
A_WORD = "(a word)"
Value = int | uuid.UUID | str


class Prepared(Generic[M]):
    """A queryset with places for values: `A_KEY` for a primary key, `A_TOKEN`, `A_WORD`.

    Several keys are told apart as `A_KEY`, `A_KEY + 1` and so on.
    """

    def __init__(self, ask: Callable[..., QuerySet[M]], **places: Value) -> None:
        self._ask, self._places = ask, places

    def __call__(self, **values: Value) -> list[M]:
        """The rows for these values: asked for now, and all of them."""
        asked, compiler, sql, params, converters = self._ready
        filled = tuple(
            _plain(values[part.name]) if isinstance(part, _Place) else part for part in params
        )

        def get_compiler(*_: Any, **__: Any) -> Any:
            ready = copy.copy(compiler)
            ready.connection = connection  # each thread has its own
            ready.as_sql = lambda: (sql, filled)
            ready.get_converters = lambda _: converters
            return ready

        rows = asked.all()
        rows.query.get_compiler = get_compiler  # type: ignore[method-assign]
        return list(rows)

    def one(self, **values: Value) -> M | None:
        """The first of the rows for these values, or None."""
        return next(iter(self(**values)), None)

    @cached_property
    def _ready(self) -> tuple[QuerySet[M], Any, str, list[Any], dict[int, Any]]:
        """The queryset, its compiler, the SQL, its parameters with their places, its converters."""
        asked = self._ask(**self._places)
        compiler: Any = asked.query.get_compiler(using=asked.db)
        sql, params = compiler.as_sql()
        places = {_plain(place): _Place(name) for name, place in self._places.items()}
        converters = compiler.get_converters([column for column, *_ in compiler.select])
        return asked, compiler, sql, [places.get(part, part) for part in params], converters


def attach(instance: Model, name: str, rows: list[Any]) -> None:
    """Make `rows` what `instance.<name>.all()` gives, as `prefetch_related` would have."""
    known = getattr(instance, name).get_queryset()
    known._result_cache, known._prefetch_done = rows, True
    instance.__dict__.setdefault("_prefetched_objects_cache", {})[name] = known


class _Place:
    """Where a value goes among the parameters."""

    def __init__(self, name: str) -> None:
        self.name = name


def _plain(value: Value) -> Any:
    """The value as the database takes it: SQLite knows no UUID."""
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
