"""The way of a form from the offer to its receipt: its steps, and where somebody is on it."""

from __future__ import annotations

from dataclasses import dataclass

RECEIPT = "your receipt"


@dataclass(frozen=True, slots=True)
class Way:
    """One place on the way of one kind of form.

    `steps` are named as they stand in a sentence; `number` counts from 1. `button` is the first
    word of the button that submits the form, in the last step but one.
    """

    steps: tuple[str, ...]
    button: str
    number: int

    @property
    def now(self) -> str:
        """The step one is at."""
        return self.steps[self.number - 1]

    @property
    def left(self) -> tuple[str, ...]:
        """The steps that come after it."""
        return self.steps[self.number :]

    @property
    def pressed_at(self) -> int:
        """The number of the step with the button: the receipt comes right after it."""
        return len(self.steps) - 1


WAYS = {
    "election": (
        ("read the offer", "choose for each grant", "check and sign", RECEIPT),
        "Submit",
    ),
    "withdrawal": (("choose what to withdraw", "check and sign", RECEIPT), "Submit"),
    "decline": (("say no and sign", RECEIPT), "Record"),
}


def way_of(kind: str, number: int) -> Way:
    """The place `number` on the way of a form of that kind; 0 is its end, the receipt."""
    steps, button = WAYS[kind]
    return Way(steps, button, number or len(steps))
