"""Passwords that whoever knows the portal would try first."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError

from elections.models import Offer, Plan, User

# docs/security.md names them too.
WORDS = frozenset(
    {"stock", "option", "options", "exchange", "election", "elect", "withdraw", "withdrawal"}
    | {"grant", "offer", "portal", "welcome", "password", "employee", "law", "hr"}
)
ENOUGH_OF_ONES_OWN = 6  # letters


class WordsAroundHereValidator:
    """Refuses a password of which little is left without the words that everybody here knows."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Raise `ValidationError` where fewer letters than `ENOUGH_OF_ONES_OWN` are left."""
        known = sorted(WORDS | _names(), key=len, reverse=True)
        own = re.sub("|".join(map(re.escape, known)), " ", password.lower())
        if len(own) < len(password) and sum(map(str.isalpha, own)) < ENOUGH_OF_ONES_OWN:
            raise ValidationError(
                "This password is made of words that everybody here knows, such as the company’s"
                " name or “option”. Please add words of your own.",
                code="password_of_words_around_here",
            )

    def get_help_text(self) -> str:
        """What is said beside the field."""
        return "Your password can’t be made of words of the offer or the company’s name alone."


def _names() -> frozenset[str]:
    """The words of the offers' and their plans' names, and of the company's."""
    names = [*Offer.objects.values_list("company", "title"), *Plan.objects.values_list("name")]
    words = re.findall(r"[^\W\d_]{4,}", " ".join(" ".join(name) for name in names).lower())
    return frozenset(words)
