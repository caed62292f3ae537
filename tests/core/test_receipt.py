from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from elections.core.receipt import ALPHABET, make_receipt, normal_receipt
from tests.core.make import law

RECEIPT = "7K3MQ-9WD4X-81"


@st.composite
def receipts(draw: st.DrawFn) -> str:
    """Any receipt that can be made."""
    return make_receipt(lambda below: draw(st.integers(0, below - 1)))


def bare(receipt: str) -> str:
    return receipt.replace("-", "")


def test_a_receipt_is_ten_characters_and_two_check_digits() -> None:
    digits = iter(ALPHABET.index(character) for character in "7K3MQ9WD4X")
    asked: list[int] = []

    def next_digit(below: int) -> int:
        asked.append(below)
        return next(digits)

    assert make_receipt(next_digit) == RECEIPT
    assert asked == [32] * 10


def test_the_check_digits_are_those_of_iso_7064_mod_97_10() -> None:
    number = sum(ALPHABET.index(c) * 32**place for place, c in enumerate("X4DW9QM3K7"))
    assert (number * 100 + 81) % 97 == 1


@law
@given(receipts())
def test_a_receipt_is_its_own_canonical_form(receipt: str) -> None:
    assert normal_receipt(receipt) == receipt


def test_receipts_made_by_chance_differ() -> None:
    made = {make_receipt() for _ in range(200)}
    assert len(made) == 200
    assert {normal_receipt(receipt) for receipt in made} == made


@pytest.mark.parametrize(
    "typed",
    [
        "7k3mq-9wd4x-81",
        "7K3MQ9WD4X81",
        " 7K3MQ 9WD4X 81 ",
        "7K3MQ-9WD4X-8I",
        "7K3MQ-9WD4X-8l",
    ],
)
def test_case_spaces_hyphens_and_look_alikes_make_no_difference(typed: str) -> None:
    assert normal_receipt(typed) == RECEIPT


def test_the_letter_o_is_read_as_zero() -> None:
    receipt = make_receipt(lambda below: 0)
    assert receipt == "00000-00000-98"
    assert normal_receipt("OOOOO-ooooo-98") == receipt


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "-",
        "7K3MQ-9WD4X",
        "7K3MQ-9WD4X-8",
        "7K3MQ-9WD4X-811",
        "7K3MQ-9WD4X-82",
        "7K3MQ-9WD4U-81",
        "7K3MQ-9WD4X-8A",
        "7K3MQ_9WD4X_81",
        "7K3MQ-9WD4X-8\N{ARABIC-INDIC DIGIT ONE}",
        "7K3MQ-9WD4X-8\N{LATIN SMALL LETTER DOTLESS I}",
        "../../etc/passwd",
    ],
)
def test_anything_else_is_no_receipt(typed: str) -> None:
    assert normal_receipt(typed) is None


@law
@given(receipts())
def test_of_the_hundred_possible_endings_one_is_right(receipt: str) -> None:
    endings = [f"{n:02d}" for n in range(100)]
    assert [end for end in endings if normal_receipt(receipt[:-2] + end)] == [receipt[-2:]]


@law
@given(receipts())
def test_any_one_character_replaced_is_caught(receipt: str) -> None:
    code = bare(receipt)
    for place, right in enumerate(code):
        for wrong in ALPHABET.replace(right, ""):
            assert normal_receipt(code[:place] + wrong + code[place + 1 :]) is None


@law
@given(receipts())
def test_any_two_different_neighbours_swapped_are_caught(receipt: str) -> None:
    code = bare(receipt)
    for place in range(len(code) - 1):
        first, second = code[place], code[place + 1]
        if first != second:
            swapped = code[:place] + second + first + code[place + 2 :]
            assert normal_receipt(swapped) is None


@law
@given(receipts())
def test_any_two_different_ones_of_the_ten_swapped_are_caught(receipt: str) -> None:
    code = bare(receipt)
    for one, other in combinations(range(10), 2):
        swapped = list(code)
        swapped[one], swapped[other] = code[other], code[one]
        if code[one] != code[other]:
            assert normal_receipt("".join(swapped)) is None
