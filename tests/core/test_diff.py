"""What changed between two forms, grant by grant."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from elections.core.diff import compare_lines
from elections.core.eligibility import GrantFacts
from elections.core.rules import DecidedLine
from elections.core.terms import Choice, OptionKind


def line(number: str = "0001", *, choice: Choice = Choice.EXCHANGE, **grant: object) -> DecidedLine:
    facts = {
        "number": number,
        "plan": "2000",
        "kind": OptionKind.ISO,
        "granted_on": date(2001, 4, 2),
        "exercise_price": Decimal("6.00"),
        "outstanding": 1000,
        "vested": 500,
    }
    new_shares = 750 if choice == Choice.EXCHANGE else 0
    return DecidedLine(
        grant=GrantFacts(**facts | grant), choice=choice, required=False, new_shares=new_shares
    )


def changes(before: list[DecidedLine], after: list[DecidedLine]) -> dict[str, tuple[str, ...]]:
    return {diff.line.grant.number: diff.changes for diff in compare_lines(before, after)}


def test_forms_that_say_the_same_differ_in_nothing() -> None:
    assert changes([line()], [line()]) == {"0001": ()}


def test_a_choice_that_changed_is_told_by_what_it_was() -> None:
    kept = line(choice=Choice.KEEP)

    assert changes([kept], [line()]) == {"0001": ("kept before",)}
    assert changes([line()], [kept]) == {"0001": ("exchanged before",)}


def test_a_grant_on_one_form_only_is_told_from_either_side() -> None:
    diffs = compare_lines([line("OLD")], [line("NEW")])

    assert [(d.line.grant.number, d.changes) for d in diffs] == [
        ("NEW", ("not on the form before",)),
        ("OLD", ("only on the form before",)),
    ]
    assert (diffs[0].before, diffs[1].after) == (None, None)


def test_what_changed_about_the_grant_itself_is_told_with_both_values() -> None:
    now = line(
        outstanding=800,
        exercise_price=Decimal("6.5"),
        granted_on=date(2001, 4, 3),
        plan="1994",
        kind=OptionKind.NSO,
    )

    assert changes([line()], [now]) == {
        "0001": (
            "outstanding 1,000 before, 800 now",
            "price $6.00 before, $6.50 now",
            "grant date April 2, 2001 before, April 3, 2001 now",
            "plan 2000 before, 1994 now",
            "kind ISO before, NSO now",
        )
    }


def test_a_look_back_that_takes_a_grant_along_is_told() -> None:
    taken = replace(line(), required=True)

    assert changes([line()], [taken]) == {"0001": ("not required before",)}
    assert changes([taken], [line()]) == {"0001": ("required before",)}


def test_new_shares_that_differ_are_told_only_where_the_choice_is_the_same() -> None:
    other = replace(line(), new_shares=700)

    assert changes([other], [line()]) == {"0001": ("700 new shares before",)}


def test_what_vested_meanwhile_is_no_change_of_the_form() -> None:
    assert changes([line()], [line(vested=600)]) == {"0001": ()}


def test_grants_come_by_date_then_number_whatever_the_order_given() -> None:
    lines = [line("B"), line("A"), line("C", granted_on=date(2000, 1, 1))]

    found = [diff.line.grant.number for diff in compare_lines(lines, lines[::-1])]

    assert found == ["C", "A", "B"]
