"""Importing in sets, the way of PostgreSQL: the rows are copied in, then compared and written
by a few statements however many there are. What it finds and refuses is what `RowByRow` does.
"""

from __future__ import annotations

from collections.abc import Sequence

from elections.models import Employee, Grant, User
from elections.services.roster import statements, tables
from elections.services.roster.changes import (
    Changes,
    RowState,
    address_taken,
    grant_on_record,
)
from elections.services.roster.rows import GrantRow, PersonRow, RosterFile, RosterProblem

# A statement takes as long as the roster is; the portal's own limit is meant for requests.
STATEMENT_LIMIT = "15min"


class InSets:
    """An `Import` of these rows."""

    def __init__(self, people: Sequence[PersonRow], grants: Sequence[GrantRow]) -> None:
        for limit in ("statement_timeout", "idle_in_transaction_session_timeout"):
            tables.execute(f"SET LOCAL {limit} = '{STATEMENT_LIMIT}'")
        tables.stage("roster_people_file", statements.PEOPLE_FILE, people)
        tables.stage("roster_grants_file", statements.GRANTS_FILE, grants)

    def compare_people(self) -> Changes:
        """Compare the people with the roster and the accounts; writes nothing."""
        tables.derive("roster_people", statements.COMPARE_PEOPLE)
        refused = tables.fetch(
            "SELECT line, email, address_of FROM roster_people WHERE state = 'refused'"
            " ORDER BY line"
        )
        problems = [address_taken(line, email, holder or None) for line, email, holder in refused]
        return _counted("roster_people", problems)

    def hold(self) -> None:
        """Lock whoever changes, or gives or gets a grant, until the transaction ends.

        A form in flight is waited for and then seen by what is compared next; a later one waits,
        and is judged by the new roster. So no grant changes hands between being looked up in the
        record and being written, and none can be elected by two people. As in a submission, people
        come before accounts and grants, and the lowest key first (`services.locks`).
        """
        tables.fetch(statements.HOLD)

    def compare_grants(self) -> Changes:
        """Compare the grants with the roster and the record; writes nothing."""
        tables.derive("roster_grants", statements.COMPARE_GRANTS)
        refused = tables.fetch(
            "SELECT line, number, held_by, employee FROM roster_grants WHERE state = 'refused'"
            " ORDER BY line"
        )
        return _counted("roster_grants", [grant_on_record(*row) for row in refused])

    def numbers(self, file: RosterFile, state: RowState, most: int) -> list[str]:
        """The numbers of the first rows of a file that were found to be so, in its order."""
        table = {RosterFile.EMPLOYEES: "roster_people", RosterFile.GRANTS: "roster_grants"}[file]
        found = tables.fetch(
            f"SELECT number FROM {table} WHERE state = '{state}' ORDER BY line LIMIT {most:d}"  # noqa: S608
        )
        return [number for (number,) in found]

    def may_change_standing(self) -> list[str]:
        """The numbers of those whose standing changes."""
        return [number for (number,) in tables.fetch(statements.CHANGE_IN_STANDING)]

    def absent(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The numbers of people, and of grants, that the roster has and the files do not."""
        return (
            _absent("elections_employee", "roster_people_file"),
            _absent("elections_grant", "roster_grants_file"),
        )

    def write(self) -> None:
        """Write what was found new and changed: accounts, then people, then grants."""
        free_addresses()
        tables.execute(statements.CHANGE_ACCOUNTS)
        tables.insert(User, statements.NEW_ACCOUNT, statements.NEW_ACCOUNTS)
        tables.execute(statements.CHANGE_PEOPLE)
        tables.insert(Employee, statements.NEW_PERSON, statements.NEW_PEOPLE)
        tables.execute(statements.CHANGE_GRANTS)
        tables.insert(Grant, statements.NEW_GRANT, statements.NEW_GRANTS)


def free_addresses() -> None:
    """Take the accounts off the addresses they leave, where somebody else is to have them."""
    tables.execute(statements.FORGET_ADDRESSES)
    tables.execute(statements.FREE_ADDRESSES)


def _counted(table: str, problems: Sequence[RosterProblem]) -> Changes:
    counts = dict(tables.fetch(f"SELECT state, count(*) FROM {table} GROUP BY state"))  # noqa: S608
    return Changes(
        new=counts.get(RowState.NEW, 0),
        changed=counts.get(RowState.CHANGED, 0),
        unchanged=counts.get(RowState.UNCHANGED, 0),
        problems=tuple(problems),
    )


def _absent(table: str, file: str) -> tuple[str, ...]:
    known = tables.fetch(
        f"SELECT number FROM {table} t"  # noqa: S608
        f" WHERE NOT EXISTS (SELECT FROM {file} r WHERE r.number = t.number)"
    )
    return tuple(sorted(number for (number,) in known))
