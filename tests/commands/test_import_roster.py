"""`manage.py import_roster`."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from elections.models import Employee, Grant, Offer, OutboxMessage
from elections.services.invite import invite_people
from tests.roster_files import employee, employees_file, grant, grants_file


@pytest.fixture
def files(tmp_path: Path) -> list[str]:
    """A roster of two people and one grant."""
    people, grants = tmp_path / "people.csv", tmp_path / "held.csv"
    people.write_bytes(employees_file(employee("1"), employee("2")).read())
    grants.write_bytes(grants_file(grant("10", Employee_Number="1")).read())
    return [str(people), str(grants)]


NOT_INVITED = (
    "Not invited to sign in yet: 2. Invite them in the admin (Employees), or with manage.py"
    " invite_people."
)


def run(*arguments: str) -> list[str]:
    out = StringIO()
    call_command("import_roster", *arguments, stdout=out)
    return out.getvalue().splitlines()


def test_it_says_what_it_did_and_a_second_time_that_nothing_changed(
    offer: Offer, files: list[str]
) -> None:
    assert run(*files) == [
        "People: 2 new, 0 changed, 0 unchanged.",
        "Grants: 1 new, 0 changed, 0 unchanged.",
        NOT_INVITED,
    ]
    assert run(*files) == [
        "People: 0 new, 0 changed, 2 unchanged.",
        "Grants: 0 new, 0 changed, 1 unchanged.",
        NOT_INVITED,
    ]
    assert not OutboxMessage.objects.filter(kind="invitation").exists()
    invite_people(actor=None)
    assert NOT_INVITED not in run(*files)
    assert (Employee.objects.count(), Grant.objects.count()) == (2, 1)


def test_a_dry_run_writes_nothing(offer: Offer, files: list[str]) -> None:
    assert run(*files, "--dry-run")[-1] == "This was a dry run: nothing was written."

    assert not Employee.objects.exists()


def test_whose_standing_changes_is_named_with_what_they_are_mailed(
    offer: Offer, files: list[str]
) -> None:
    run(*files)
    abroad = employees_file(employee("1", Country="CA"), employee("2"))
    Path(files[0]).write_bytes(abroad.read())

    told = run(*files, "--dry-run")

    assert "Standing: Pat Example (1): country US → CA." in told
    assert any("based in" in line for line in told), told
    run(*files)
    assert Employee.objects.get(number="1").status_changes.get().after == {"country": "CA"}


def test_who_is_not_in_the_file_is_named(offer: Offer, files: list[str]) -> None:
    run(*files)
    Path(files[0]).write_bytes(employees_file(employee("1")).read())

    assert "People: 2 is not in this file, and stays as it was." in run(*files)

    assert Employee.objects.count() == 2


def test_every_bad_row_is_named_by_file_line_column_and_reason(
    offer: Offer, files: list[str]
) -> None:
    people, grants = files
    Path(people).write_bytes(employees_file(employee("1", Country="Chile"), employee("1")).read())
    Path(grants).write_bytes(grants_file(grant("10", Employee_Number="9")).read())
    err = StringIO()

    with pytest.raises(CommandError, match=r"^Nothing was imported: 4 problem\(s\)\.$"):
        call_command("import_roster", people, grants, stderr=err)

    assert err.getvalue().splitlines() == [
        f"{people}, line 2, Country: 'Chile' is not a two-letter country code such as US.",
        f"{people}, line 3, Employee Number: '1' stands on line 2 already.",
        f"{people}, line 3, Email: 'e1@example.com' stands on line 2 already.",
        f"{grants}, line 2, Employee Number: '9' is neither in the employees file nor on record.",
    ]
    assert not Employee.objects.exists()


def test_a_missing_file_is_a_sentence(offer: Offer, files: list[str], tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"nowhere\.csv cannot be read: No such file"):
        run(files[0], str(tmp_path / "nowhere.csv"))
    with pytest.raises(CommandError, match="cannot be read: Is a directory"):
        run(files[0], str(tmp_path))
