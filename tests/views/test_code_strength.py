"""Codes that let somebody in: long enough not to be guessed."""

from __future__ import annotations

from math import log2

from allauth.account.adapter import get_adapter
from allauth.mfa import app_settings

FEWEST_BITS = 20


def test_a_mailed_code_and_a_recovery_code_have_20_bits_and_more() -> None:
    codes = [get_adapter().generate_login_code().replace("-", "") for _ in range(500)]
    letters = {letter for code in codes for letter in code}
    assert len(set(codes)) == len(codes)
    assert min(map(len, codes)) * log2(len(letters)) >= FEWEST_BITS
    assert app_settings.RECOVERY_CODE_DIGITS * log2(10) >= FEWEST_BITS
