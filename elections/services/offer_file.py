"""Reading an offer from its folder: offer.toml and the documents it names, checked as a whole.

docs/offer-file.md explains every key. Reading touches no database.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from holidays import country_holidays

from elections.core.deadline import is_open_long_enough
from elections.models import Document, InformationSession, Offer, Plan

Shape = Mapping[str, type]

FILE_NAME = "offer.toml"
OFFER: Shape = {
    "slug": str,
    "company": str,
    "title": str,
    "contacts": list,
    "irregular_reasons": list,
    "opens_on": date,
    "expiration": datetime,
    "zone": str,
    "second_zone": str,
    "country": str,
    "hired_by": date,
    "price_threshold": Decimal,
    "threshold_inclusive": bool,
    "required_from": date,
    "ratio": Decimal,
    "new_grant_months": int,
    "new_grant_days": int,
    "new_plan": str,
    "vesting_first_months": int,
    "vesting_first_part": Decimal,
    "vesting_steps": int,
}
LISTS: Shape = {"plans": list, "documents": list, "sessions": list}
PLAN: Shape = {"code": str, "name": str}
DOCUMENT: Shape = {"slug": str, "title": str, "file": str}
SESSION: Shape = {"starts_at": datetime, "ends_at": datetime, "place": str, "how_to_join": str}
WORDS = {
    str: 'text in quotes, such as "US"',
    int: "a whole number, such as 24",
    Decimal: "a number, such as 3.01",
    bool: "true or false",
    date: "a date, such as 2002-12-19",
    datetime: "an instant with its offset, such as 2003-01-20T21:00:00-08:00",
    list: "a list",
}


class OfferRefused(Exception):
    """The offer cannot be read or loaded; nothing was changed. One sentence for each problem."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(" ".join(problems))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class OfferFile:
    """An offer as its folder says it: columns of the models, not saved, and without an offer.

    `documents` have their text, their SHA-256 and their position; no version yet.
    """

    columns: dict[str, Any]
    plans: tuple[Plan, ...]
    documents: tuple[Document, ...]
    sessions: tuple[InformationSession, ...]


def read_offer(path: Path) -> OfferFile:
    """Read the folder `path`, or the offer.toml at it. Raises `OfferRefused` with every problem."""
    file = path / FILE_NAME if path.is_dir() else path
    content = _toml(file)
    problems: list[str] = []
    columns = _values({k: v for k, v in content.items() if k not in LISTS}, OFFER, "", problems)
    lists = _values({k: v for k, v in content.items() if k in LISTS}, LISTS, "", problems)
    plans = _entries(lists, "plans", PLAN, "code", problems)
    documents = _entries(lists, "documents", DOCUMENT, "slug", problems)
    sessions = _entries(lists, "sessions", SESSION, "starts_at", problems)
    if problems:
        raise OfferRefused(problems)

    columns["plan_codes"] = sorted(plan["code"] for plan in plans)
    offer = OfferFile(
        columns=columns,
        plans=tuple(Plan(**plan) for plan in plans),
        documents=tuple(_documents(documents, file.parent, problems)),
        sessions=tuple(InformationSession(**session) for session in sessions),
    )
    problems += _misfits(offer)
    problems = problems or [*_mistaken_terms(offer.columns), *_mistaken_sessions(offer)]
    if problems:
        raise OfferRefused(problems)
    return offer


def _toml(file: Path) -> dict[str, Any]:
    try:
        with file.open("rb") as stream:
            return tomllib.load(stream, parse_float=Decimal)
    except OSError as error:
        raise OfferRefused([f"{file} cannot be read: {error.strerror}."]) from error
    except UnicodeDecodeError as error:
        raise OfferRefused([f"{file} is not UTF-8 text."]) from error
    except tomllib.TOMLDecodeError as error:
        raise OfferRefused([f"{file} is not TOML: {error}."]) from error


def _values(
    said: Mapping[str, Any], shape: Shape, where: str, problems: list[str]
) -> dict[str, Any]:
    """The values of one table; a problem for each key that is missing, unknown or ill-typed."""
    problems += [f"{where}{key}: there is no such key." for key in said if key not in shape]
    values = {}
    for key, kind in shape.items():
        value = said.get(key)
        if kind is Decimal and type(value) is int:
            value = Decimal(value)
        if value is None:
            problems.append(f"{where}{key}: is missing; it must be {WORDS[kind]}.")
        elif type(value) is not kind or (isinstance(value, datetime) and value.utcoffset() is None):
            problems.append(f"{where}{key}: must be {WORDS[kind]}.")
        else:
            values[key] = value
    return values


def _entries(
    lists: Mapping[str, Any], name: str, shape: Shape, unique: str, problems: list[str]
) -> list[dict[str, Any]]:
    """The tables of one list, in order; a problem for each key that two of them give alike."""
    entries = []
    for number, said in enumerate(lists.get(name, ()), start=1):
        where = f"{name}, entry {number}, "
        if not isinstance(said, dict):
            problems.append(f"{where}must be a table: [[{name}]].")
            continue
        entries.append(_values(said, shape, where, problems))
        value = entries[-1].get(unique)
        if value is not None and any(entry.get(unique) == value for entry in entries[:-1]):
            problems.append(f"{where}{unique}: {value} is there already.")
    return entries


def _documents(
    entries: list[dict[str, Any]], folder: Path, problems: list[str]
) -> Iterator[Document]:
    for position, entry in enumerate(entries, start=1):
        where = f"documents, entry {position}, file"
        file = (folder / entry["file"]).resolve()
        if not file.is_relative_to(folder.resolve()):
            problems.append(f"{where}: {entry['file']} is outside the offer's folder.")
            continue
        try:
            content = file.read_bytes()
            text = content.decode("utf-8")
        except OSError as error:
            problems.append(f"{where}: {entry['file']} cannot be read: {error.strerror}.")
            continue
        except UnicodeDecodeError:
            problems.append(f"{where}: {entry['file']} is not UTF-8 text.")
            continue
        yield Document(
            slug=entry["slug"],
            title=entry["title"],
            position=position,
            text=text,
            sha256=hashlib.sha256(content).hexdigest(),
        )


def _misfits(offer: OfferFile) -> Iterator[str]:
    """Whatever the columns of the database do not take, said by key."""
    yield from _refused_by(Offer(**offer.columns), "", "")
    for name, rows in {
        "plans": offer.plans,
        "documents": offer.documents,
        "sessions": offer.sessions,
    }.items():
        for number, row in enumerate(rows, start=1):
            yield from _refused_by(row, f"{name}, entry {number}, ", "offer")
    for key, what in (("contacts", "names"), ("irregular_reasons", "sentences")):
        texts = offer.columns[key]
        if not all(isinstance(text, str) and text.strip() for text in texts):
            yield f"{key}: must be a list of {what} in quotes."


def _refused_by(row: Any, where: str, unset: str) -> Iterator[str]:
    try:
        row.clean_fields(exclude={unset} if unset else None)
    except ValidationError as error:
        for key, messages in error.message_dict.items():
            yield f"{where}{key}: {' '.join(messages)}"


def _mistaken_terms(columns: Mapping[str, Any]) -> Iterator[str]:
    """What each value allows and the terms as a whole do not."""
    try:
        terms = Offer(**columns).terms()
    except ValueError as error:
        yield f"The terms contradict themselves: {error}"
        return
    expiration: datetime = columns["expiration"]
    there = expiration.astimezone(ZoneInfo(terms.zone))
    if expiration.utcoffset() not in (there.utcoffset(), timedelta(0)):
        yield (
            f"expiration: {expiration.isoformat()} is {there.isoformat()} in {terms.zone};"
            " please write it with that offset, or in UTC."
        )
    if not is_open_long_enough(terms, expiration.astimezone(UTC), country_holidays("US")):
        yield (
            "expiration: an offer must stay open for 20 whole business days, that of its opening"
            " included (Rules 13e-4 and 14e-1)."
        )


def _mistaken_sessions(offer: OfferFile) -> Iterator[str]:
    for number, session in enumerate(offer.sessions, start=1):
        if session.ends_at <= session.starts_at:
            yield f"sessions, entry {number}, ends_at: must be after starts_at."
