"""The words of the mail that follows a change in how someone stands by the roster."""

from __future__ import annotations

from elections.delivery.facts import StatusFacts
from elections.delivery.letter import Letter, Link, Section, law, one_line


def status_letter(facts: StatusFacts) -> Letter:
    """Tells someone what our records now say of them, and what that does to their election."""
    offer = facts.offer
    return Letter(
        subject=f"A change in our records: what it means for you in the {one_line(offer.title)}",
        title="A change in our records",
        company=one_line(offer.company),
        offer=one_line(offer.title),
        addressee=one_line(facts.employee_name),
        lead=(
            "What our records say of you has changed. This is what it means for your part in the"
            f" {one_line(offer.title)} of {one_line(offer.company)}.",
        ),
        rows=(),
        sections=(
            Section(
                "What our records say now",
                tuple(
                    f"{one.label}: {one_line(one.after)} (before: {one_line(one.before)})."
                    for one in facts.changes
                ),
            ),
            Section(
                "What this means for you",
                tuple(one_line(line) for line in facts.effect.splitlines() if line.strip()),
                (
                    Link("See where you stand", f"{offer.portal_url}/"),
                    Link("See what you have submitted", f"{offer.portal_url}/submissions/"),
                ),
            ),
            Section(
                "Questions",
                (
                    "If our records are wrong, please write to Human Resources"
                    f" ({facts.hr_email}) as soon as you can. Questions about the offer go to"
                    f" {law(offer)}.",
                ),
            ),
        ),
    )
