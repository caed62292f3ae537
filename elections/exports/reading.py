"""Reading a table's rows from the database, chunk by chunk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.db.models import QuerySet

CHUNK = 2000  # rows fetched at once


def read(rows: QuerySet[Any], columns: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """The rows as tuples, a value for each expression of `columns`, in its order."""
    return rows.values_list(*columns.values()).iterator(chunk_size=CHUNK)
