"""Receipt codes: short enough to say on the telephone, with two digits that catch slips.

A code is ten characters of Crockford's base 32 (no I, L, O or U) and two decimal check digits:
"7K3MQ-9WD4X-81". The check digits follow ISO 7064 MOD 97-10: read the ten characters as one number
in base 32, append the two digits, and the whole leaves 1 when divided by 97. They catch

- any one character replaced by another, check digits included;
- any two neighbours that differ swapped, check digits included; among the ten, any two at all;
- 96 of 97 of all other codes, taken at random.

They say nothing of who made the code: a receipt is looked up, never believed.
"""

import secrets
from collections.abc import Callable

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 10
READ_AS = str.maketrans("OIL", "011", "- ")  # letters taken for digits; separators dropped


def make_receipt(random: Callable[[int], int] = secrets.randbelow) -> str:
    """Make a new code in canonical form.

    `random(n)` gives a number from 0 to n - 1. There are 2**50 codes: repeats are most unlikely
    but possible, so whoever records one must refuse a code already used.
    """
    return _canonical("".join(ALPHABET[random(len(ALPHABET))] for _ in range(LENGTH)))


def normal_receipt(text: str) -> str | None:
    """Give the canonical form of a code as someone typed it; None when it is not one.

    Case, spaces and hyphens make no difference; O is read as 0, I and L as 1.
    """
    if not text.isascii():  # upper() turns some other letters into ASCII ones
        return None
    typed = text.strip().upper().translate(READ_AS)
    body = typed[:LENGTH]
    if len(body) < LENGTH or not set(body) <= set(ALPHABET):
        return None
    receipt = _canonical(body)
    return receipt if typed == receipt.replace("-", "") else None


def _canonical(body: str) -> str:
    number = 0
    for character in body:
        number = number * len(ALPHABET) + ALPHABET.index(character)
    check = 98 - number * 100 % 97
    return f"{body[:5]}-{body[5:]}-{check:02d}"
