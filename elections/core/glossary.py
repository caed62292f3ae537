"""The field's words in plain English, for the pages on which they stand: their one source.

Written for a reader of US grade 8; tests/views/test_plain_words.py measures them. They explain, and
bind nobody: what binds is the offer's documents.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from elections.core.words import day_label


@dataclass(frozen=True, slots=True)
class Explained:
    """A word as it stands on a page, and what it means in a sentence or three."""

    word: str
    meaning: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What the meanings name of one offer. `ratio` is new shares per share."""

    company: str
    required_from: date
    ratio: Decimal
    new_grant_on: date


GLOSSARY: dict[str, Explained] = {
    "option": Explained(
        "Option", "The right to buy shares of {company} later, at a price that is fixed now."
    ),
    "grant": Explained(
        "Grant",
        "The options that you were given on one day, at one price. You exchange or keep a grant"
        " as a whole.",
    ),
    "plan": Explained("Plan", "The set of rules under which a grant was made."),
    "exercise_price": Explained(
        "Price per share, or exercise price",
        "What you pay for one share when you use an option. To use an option is to exercise it."
        " An option gains you something only while the stock costs more than this price.",
    ),
    "outstanding": Explained(
        "Outstanding",
        "The part of a grant that is still yours to use, now or later. What you have used is not"
        " in it, and neither is what was canceled.",
    ),
    "vested": Explained(
        "Vested",
        "The part of a grant that you may use today. The rest vests bit by bit while you work"
        " here.",
    ),
    "iso": Explained(
        "ISO",
        "An incentive stock option. U.S. tax law has special rules for it. If you exchange one,"
        " they are lost: the new option is nonstatutory.",
    ),
    "nonstatutory": Explained(
        "Nonstatutory, or NSO",
        "An option to which the tax rules for an ISO do not apply. Ask your own tax adviser what"
        " that means for you.",
    ),
    "new_shares": Explained(
        "New shares promised",
        "If you exchange a grant, it is canceled when the offer ends. You then hold a promise of a"
        " new option, for {ratio} of the shares, rounded up. You get the new option on about"
        " {new_grant_on}, if you still work here on that day.",
    ),
    "required": Explained(
        "Required grant",
        "A grant made to you on or after {required_from}. It goes along if you exchange any other"
        " grant. You cannot choose it by itself.",
    ),
    "expire": Explained(
        "Expire", "To end. A form that comes in when the offer has expired, or later, is late."
    ),
    "election": Explained(
        "Election", "The form in which you say, for each grant, whether you exchange it or keep it."
    ),
    "withdrawal": Explained(
        "Withdrawal", "A form in which you take back your election, or some of its grants."
    ),
    "break_even": Explained(
        "Break-even price",
        "The share price at which it makes no difference whether you keep or exchange. It depends"
        " on the price that you assume for the new option.",
    ),
    "time_of_record": Explained(
        "Time of record",
        "When our records took in your form. This is the time that counts, to a millionth of a"
        " second.",
    ),
    "receipt_code": Explained(
        "Receipt code", "The name of one form on record. Give it when you write to us about it."
    ),
    "irregular": Explained(
        "Irregular",
        "The Law Department found something wrong with the form, so it does not count.",
    ),
    "digest": Explained(
        "Digest",
        "A number worked out from all that is on record of a form. If one letter of it changed,"
        " the number would change too.",
    ),
}


def explain(words: Iterable[str], facts: Facts) -> list[Explained]:
    """What these words of `GLOSSARY` mean in one offer, in this order; KeyError for another."""
    filled = {
        "company": facts.company,
        "required_from": day_label(facts.required_from),
        "ratio": f"{(facts.ratio * 100).normalize():f}%",
        "new_grant_on": day_label(facts.new_grant_on),
    }
    return [
        Explained(GLOSSARY[word].word, GLOSSARY[word].meaning.format(**filled)) for word in words
    ]
