"""What an upload's check found, in the words of its page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Model
from django.utils.text import capfirst

from elections.core.status_words import differences
from elections.models import Employee, Grant


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of one kind: `total` counts them all, `rows` are the first; each a list of cells."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    total: int
    note: str = ""

    @property
    def left_out(self) -> int:
        """How many rows are not shown."""
        return self.total - len(self.rows)


class Preview:
    """A report (`services.roster.report.report_of`) as its page shows it."""

    def __init__(self, report: dict[str, Any]) -> None:
        self.report = report

    @property
    def problems(self) -> Table | None:
        """What is wrong with the files, in their order; None when nothing is."""
        if "problems" not in self.report:
            return None
        return Table(
            "What has to be mended",
            ("Where", "What is wrong"),
            [
                (", ".join(filter(None, (file.capitalize(), f"line {line:,}", column))), reason)
                for file, line, column, reason in self.report["problems"]
            ],
            self.report["problems_total"],
        )

    @property
    def tallies(self) -> Table:
        """How many people and grants are new, changed, unchanged, and not in the files."""
        rows = [
            [name, *(f"{self.report[key][what]:,}" for what in _TALLIES)]
            for name, key in (("People", "people"), ("Grants", "grants"))
        ]
        return Table("How many", ("", *_TALLIES.values()), rows, 2)

    @property
    def changes_nothing(self) -> bool:
        """Whether the roster says all this already."""
        return not self.report.get("to_write")

    @property
    def tables(self) -> Iterator[Table]:
        """Everything that would change, kind by kind; kinds of which there is nothing left out."""
        for table in self._tables():
            if table.total:
                yield table

    def _tables(self) -> Iterator[Table]:
        report = self.report
        yield Table(
            "Changes of standing, and what each does",
            ("Employee", "Change", "What the person is mailed"),
            [
                (
                    f"{effect['name']} ({effect['number']})",
                    _said(
                        (one.label, one.before, one.after)
                        for one in differences(effect["before"], effect["after"])
                    ),
                    effect["effect"] or "Nothing: it makes no difference to them.",
                )
                for effect in report["effects"]
            ],
            report["effects_total"],
        )
        yield Table(
            "Forms that will differ from the roster",
            (
                "Grant",
                "Employee",
                "Receipt",
                "Shares the form exchanges",
                "Shares outstanding then",
            ),
            [
                (grant, employee, receipt, f"{said:,}", f"{then:,}")
                for grant, employee, receipt, said, then in report["forms"]
            ],
            report["forms_total"],
            "Each form keeps what it said, and Law is shown the difference.",
        )
        for key, name, model in (("people", "people", Employee), ("grants", "grants", Grant)):
            head = ("Number", "Name" if model is Employee else "Employee")
            changed, new = report[f"changed_{key}"], report[f"new_{key}"]
            yield Table(
                f"Changed {name}",
                (*head, "Change"),
                [
                    (row["number"], row["whose"], _changes(model, row["differences"]))
                    for row in changed
                ],
                report[key]["changed"],
            )
            yield Table(
                f"New {name}",
                head,
                [(row["number"], row["whose"]) for row in new],
                report[key]["new"],
            )
            yield Table(
                f"{name.capitalize()} that are not in the files",
                ("Number",),
                [(number,) for number in report[key]["absent"]],
                report[key]["absent_total"],
                "They stay as they are: nobody is ever deleted.",
            )


_TALLIES = {
    "new": "New",
    "changed": "Changed",
    "unchanged": "Unchanged",
    "absent_total": "Not in the files",
}


def _changes(model: type[Model], differing: Sequence[Sequence[str]]) -> str:
    """What a row says otherwise than the roster; columns by their names in the admin."""
    return (
        _said(
            (_label(model, name), before or "none", after or "none")
            for name, before, after in differing
        )
        or "the account's name or address"
    )


def _said(changes: Iterable[tuple[str, str, str]]) -> str:
    """In one line: "Country of work: the U.S. → GB"."""
    return "; ".join(f"{label}: {before} → {after}" for label, before, after in changes)


def _label(model: type[Model], name: str) -> str:
    return capfirst(str(getattr(model._meta.get_field(name), "verbose_name", name)))
