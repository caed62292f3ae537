"""Queries and writes that are put into SQL once in each process, and from then on only run.

Putting one into SQL costs Django several times what PostgreSQL needs to answer it, and the pages
that everyone asks for in the last minute make the same few over and over.

    _grants = Prepared(lambda employee: Grant.objects.filter(employee=employee), employee=A_KEY)
    _grants(employee=employee.pk)

What is asked must depend on nothing but the values handed in: whatever else it looks up while it is
put together (a setting, the time) stays as it was the first time.

    insert(rows)
    update(employee, "ledger_length", "ledger_head")
"""

from __future__ import annotations

import copy
import uuid
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Field, Model, QuerySet

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


def insert(rows: Sequence[Model]) -> None:
    """Insert new rows, all of one model, in one statement, and give each its key.

    As `bulk_create` and `save(force_insert=True)` do, but no signal is sent and no `save` called.
    Raises `IntegrityError` where the database refuses one of them, and then none is inserted.
    """
    if not rows:
        return
    sql, fields = _insertion(type(rows[0]), len(rows))
    values = [_stored(field, row, adding=True) for row in rows for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        keys = cursor.fetchall()
    for row, (key,) in zip(rows, keys, strict=True):
        row.pk = key
        row._state.adding, row._state.db = False, connection.alias


def update(row: Model, *names: str) -> None:
    """Write these fields of a row that is there, as `save(update_fields=names)` does.

    Raises `LookupError` where there is no such row any more.
    """
    sql, fields = _update(type(row), names)
    with connection.cursor() as cursor:
        cursor.execute(sql, [_stored(field, row, adding=False) for field in fields] + [row.pk])
        if cursor.rowcount != 1:
            raise LookupError(f"{row!r} is not there to be written.")


# A form has a line for each grant, so there are as many statements as numbers of grants.
@lru_cache(maxsize=128)
def _insertion(model: type[Model], count: int) -> tuple[str, list[Field[Any, Any]]]:
    fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
    row = f"({', '.join(['%s'] * len(fields))})"
    sql = (
        f"INSERT INTO {_name(model._meta.db_table)} ({', '.join(_columns(fields))})"  # noqa: S608
        f" VALUES {', '.join([row] * count)} RETURNING {_key(model)}"
    )
    return sql, fields


@lru_cache(maxsize=128)
def _update(model: type[Model], names: tuple[str, ...]) -> tuple[str, list[Field[Any, Any]]]:
    fields = [model._meta.get_field(name) for name in names]
    parts = ", ".join(f"{column} = %s" for column in _columns(fields))
    table = _name(model._meta.db_table)
    return f"UPDATE {table} SET {parts} WHERE {_key(model)} = %s", fields  # noqa: S608


def _key(model: type[Model]) -> str:
    (key,) = (field.column for field in model._meta.local_concrete_fields if field.primary_key)
    return _name(key)


def _columns(fields: Sequence[Field[Any, Any]]) -> list[str]:
    return [_name(field.column) for field in fields]


def _name(name: str) -> str:
    return connection.ops.quote_name(name)


def _stored(field: Field[Any, Any], row: Model, *, adding: bool) -> Any:
    """A row's value as the database takes it."""
    return field.get_db_prep_save(field.pre_save(row, adding), connection)


class _Place:
    """Where a value goes among the parameters."""

    def __init__(self, name: str) -> None:
        self.name = name


def _plain(value: Value) -> Any:
    """The value as the database takes it: SQLite knows no UUID."""
    if isinstance(value, uuid.UUID) and not connection.features.has_native_uuid_field:
        return value.hex
    return value
