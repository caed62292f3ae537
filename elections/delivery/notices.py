"""The words of the mails that Law and HR set off: a form found irregular, an offer extended."""

from __future__ import annotations

from elections.delivery.facts import (
    ExtensionFacts,
    IrregularityFacts,
    ReinstatementFacts,
    ReminderFacts,
)
from elections.delivery.letter import (
    FORMS,
    Letter,
    Link,
    Row,
    Section,
    election_link,
    law,
    named,
    one_line,
    to_the_minute,
    withdrawal_link,
)


def irregularity_letter(facts: IrregularityFacts) -> Letter:
    """Tells someone that a form does not count: what is wrong, what counts, how to mend it."""
    if facts.stays_late:
        about, looked = "does not count", "looked again at"
        found = ". It stays late after all, and does not count."
    else:
        about, looked = "was found irregular", "reviewed"
        found = ", and found it irregular. It does not count."
    return _decision_letter(
        facts,
        about=about,
        looked=looked,
        found=found,
        sections=(
            Section("What is wrong", _paragraphs(facts.reason)),
            Section("What counts now", (_what_counts(facts),)),
            _how_to_mend(facts),
        ),
    )


def reinstatement_letter(facts: ReinstatementFacts) -> Letter:
    """Tells someone that a form counts after all: why, what governs, what can be done still."""
    if facts.late:
        about, looked = "was reinstated", "reviewed"
        found = ", which was late, and has reinstated it. It counts."
    else:
        about, looked = "counts after all", "looked again at"
        found = ", and finds it in good order after all. It counts."
    return _decision_letter(
        facts,
        about=about,
        looked=looked,
        found=found,
        sections=(
            Section("Why", _paragraphs(facts.reason)),
            Section("What counts now", (_what_counts_after_all(facts),)),
            _what_can_be_done(facts),
        ),
    )


def _decision_letter(
    facts: IrregularityFacts | ReinstatementFacts,
    *,
    about: str,
    looked: str,
    found: str,
    sections: tuple[Section, ...],
) -> Letter:
    """What Law decided of a form.

    `about` ends "Your election ..."; `looked` and `found` stand before and after the form's name.
    """
    offer, title = facts.offer, f"Your {FORMS[facts.form.kind]} {about}"
    return Letter(
        subject=f"{title}: {facts.form.receipt}",
        title=title,
        company=one_line(offer.company),
        offer=one_line(offer.title),
        addressee=one_line(facts.employee_name),
        lead=(f"The Law Department has {looked} your {named(offer, facts.form)}{found}",),
        rows=(),
        sections=sections,
        page=f"{offer.portal_url}/submissions/{facts.form.receipt}/",
    )


def _what_counts_after_all(facts: ReinstatementFacts) -> str:
    if facts.governing == facts.form:
        return f"This {FORMS[facts.form.kind]} is the form that counts for you."
    later = named(facts.offer, facts.governing)
    return f"What counts for you all the same is what you submitted after it: your {later}."


def _what_can_be_done(facts: ReinstatementFacts) -> Section:
    offer = facts.offer
    until, ask = to_the_minute(offer, facts.deadline), f"Questions go to {law(offer)}."
    if facts.decided_at >= facts.deadline:
        passed = f"The deadline, {until}, has passed: nothing can be changed any more."
        return Section("What you can do", (f"{passed} {ask}",))
    return Section(
        "What you can do",
        (
            "If this is what you want, you need not do anything. You may still submit a new form,"
            f" so that it is received before {until}. {ask}",
        ),
        (election_link(offer, "Elect, or change your election"), withdrawal_link(offer)),
    )


def _paragraphs(text: str) -> tuple[str, ...]:
    return tuple(one_line(line) for line in text.splitlines() if line.strip())


def _what_counts(facts: IrregularityFacts) -> str:
    if facts.governing is None:
        return "No form of yours counts now: as things stand, you keep all of your grants."
    return f"Your {named(facts.offer, facts.governing)}."


def _how_to_mend(facts: IrregularityFacts) -> Section:
    offer = facts.offer
    until = to_the_minute(offer, facts.deadline)
    if facts.decided_at >= facts.deadline:
        passed = f"The deadline, {until}, has passed: a new form would be late."
        return Section("What you can do", (f"{passed} Please write to {law(offer)}.",))
    elect = election_link(offer, "Submit a new election")
    return Section(
        "How to mend it",
        (
            f"Submit a corrected form so that it is received before {until}. It will count like"
            f" any other. Questions go to {law(offer)}.",
        ),
        (elect, withdrawal_link(offer)) if facts.governing else (elect,),
    )


def extension_letter(facts: ExtensionFacts) -> Letter:
    """Tells someone of the new deadline, and that nothing changes in what they submitted."""
    offer = facts.offer
    new = to_the_minute(offer, facts.expiration)
    return Letter(
        subject=f"New deadline: {new}",
        title="The offer has been extended",
        company=one_line(offer.company),
        offer=one_line(offer.title),
        addressee=one_line(facts.employee_name),
        lead=(
            f"{one_line(offer.company)} has extended the {one_line(offer.title)}. Forms count if"
            f" they are received before {new}.",
        ),
        rows=(
            Row("Old deadline", f"Before {to_the_minute(offer, facts.previous_expiration)}"),
            Row("New deadline", f"Before {new}"),
        ),
        sections=(
            _what_it_means(facts),
            Section("Questions", (f"Please write to {law(offer)}.",)),
        ),
    )


def _what_it_means(facts: ExtensionFacts) -> Section:
    offer = facts.offer
    title = "What this means for you"
    see = Link("See what you have submitted", f"{offer.portal_url}/submissions/")
    if not facts.eligible:
        return Section(
            title,
            (
                "Nothing changes in what you have submitted. By our records this offer is not"
                " open to you now, so you cannot submit a new election; what becomes of one that"
                " you have made, the Law Department decides. Until the new deadline you may"
                " withdraw it.",
                "A withdrawal that arrived after the old deadline and before this extension"
                " stays late: to have it count, please submit it again.",
            ),
            (see, withdrawal_link(offer)),
        )
    return Section(
        title,
        (
            "Nothing changes in what you have submitted, and you need not submit it again. Until"
            " the new deadline you may elect, change your election or withdraw it.",
            "A form that arrived after the old deadline and before this extension stays late: to"
            " have it count, please submit it again.",
        ),
        (see, election_link(offer, "Elect, or change your election"), withdrawal_link(offer)),
    )


def reminder_letter(facts: ReminderFacts) -> Letter:
    """Reminds someone of whom nothing is on record. Takes no side: the offer is voluntary."""
    offer = facts.offer
    until = to_the_minute(offer, facts.deadline)
    return Letter(
        subject=f"Reminder: the offer ends at {until}",
        title="We have not heard from you yet",
        company=one_line(offer.company),
        offer=one_line(offer.title),
        addressee=one_line(facts.employee_name),
        lead=(
            f"You can take part in the {one_line(offer.title)} of {one_line(offer.company)}, and"
            f" we have no form of yours. A form counts only if it is received before {until}.",
        ),
        rows=(Row("Deadline", f"Before {until}"),),
        sections=(
            Section(
                "What you can do",
                (
                    "The offer is voluntary. You may elect to exchange grants, or say that you do"
                    " not want to take part; you can change either until the deadline. If you do"
                    " nothing, you keep all of your grants.",
                    "Please read the offer documents before you decide.",
                ),
                (
                    Link("Read the offer documents", f"{offer.portal_url}/"),
                    election_link(offer, "Elect, or decline"),
                ),
            ),
            Section("Questions", (f"Please write to {law(offer)}.",)),
        ),
    )
