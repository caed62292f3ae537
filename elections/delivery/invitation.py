"""The words of the mail that tells someone how to sign in. It holds no secret."""

from __future__ import annotations

from elections.delivery.facts import InvitationFacts
from elections.delivery.letter import Letter, Link, Row, Section, law, one_line, to_the_minute


def invitation_letter(facts: InvitationFacts) -> Letter:
    """Tells someone that they have an account, by which address, and the ways to sign in."""
    offer = facts.offer
    title, company = one_line(offer.title), one_line(offer.company)
    return Letter(
        subject=f"How to sign in for the {title}",
        title="You have an account",
        company=company,
        offer=title,
        addressee=one_line(facts.employee_name),
        lead=(
            f"The {title} of {company} has a portal of its own. There you see your option grants,"
            " read the offer documents, and say what you want to do. An account was made for you"
            " from the roster of employees.",
        ),
        rows=(
            Row("Your address", f"{facts.address}, which is how you sign in"),
            Row("Deadline", f"Before {to_the_minute(offer, facts.deadline)}"),
        ),
        sections=(
            _how_to_sign_in(facts),
            Section(
                "Is this mail real?",
                (
                    "It asks you for nothing, and holds no code or password. If you would rather"
                    f" not follow a link in a mail, type {offer.portal_url} into your browser."
                    " Nobody of ours will ever ask you for a code or a password.",
                ),
            ),
            Section(
                "Questions",
                (
                    f"If you cannot sign in, please write to Human Resources ({facts.hr_email})."
                    f" Questions about the offer go to {law(offer)}.",
                ),
            ),
        ),
    )


def _how_to_sign_in(facts: InvitationFacts) -> Section:
    portal = facts.offer.portal_url
    code = Link("Sign in with a mailed code", f"{portal}/accounts/login/code/")
    password = Link("Choose a password", f"{portal}/accounts/password/reset/")
    if facts.single_sign_on:
        name = one_line(facts.single_sign_on)
        return Section(
            "How to sign in",
            (
                f"Sign in with {name}, as you do elsewhere. You can also have a code mailed, which"
                " is good once, for ten minutes, or choose a password for this portal.",
            ),
            (Link(f"Sign in with {name}", f"{portal}/sign-on/"), code, password),
        )
    return Section(
        "How to sign in",
        (
            "You need no password: the portal mails you a code that signs you in. It is good once,"
            " for ten minutes, and you can have a new one whenever you like. If you would rather"
            " have a password, choose one by a link that the portal mails you.",
        ),
        (code, password),
    )
