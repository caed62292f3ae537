"""A mail as bytes: its headers, its parts, and names that try to be more than names."""

from __future__ import annotations

import dataclasses
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from elections.delivery.facts import FormKind, MailFacts
from elections.delivery.mail import compose, without_attachment
from tests.delivery.forms import (
    DEADLINE,
    EARLIER,
    RECEIVED,
    envelope,
    form_facts,
    kept,
    late_facts,
    line_facts,
    offer_facts,
    required,
)
from tests.delivery.mails import EXTENSION, irregularity

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 20
HOSTILE = "Pat\r\nBcc: all@example.com\r\n\r\n<script>alert(1)</script>\u202egnorw"


def composed(facts: MailFacts, *, pdf: bytes = b"", **changes: Any) -> EmailMessage:
    mime = compose(facts, envelope(**changes), pdf=pdf)
    return message_from_bytes(mime, _class=EmailMessage, policy=default)


def words(mail: EmailMessage) -> str:
    """The plain text, with every run of white space a single space."""
    body = mail.get_body(("plain",))
    assert body
    return " ".join(body.get_content().split())


def html(mail: EmailMessage) -> str:
    body = mail.get_body(("html",))
    assert body
    content: str = body.get_content()
    return content


def test_it_has_the_headers_that_machines_go_by() -> None:
    mail = composed(form_facts(), pdf=PDF)
    assert mail["Message-ID"] == envelope().message_id
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == RECEIVED.replace(microsecond=0)
    assert mail["From"] == "Stock Exchange <stock-exchange@example.com>"
    assert mail["To"] == "pat@example.com"
    assert mail["Reply-To"] == "law@example.com"
    assert mail["Subject"] == "Your election was received: 7K3MQ-9WD4X-42"
    assert mail["MIME-Version"] == "1.0"


def test_it_is_text_and_html_with_the_pdf_attached() -> None:
    mail = composed(form_facts(), pdf=PDF)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "application/pdf",
    ]
    (attachment,) = mail.iter_attachments()
    assert attachment.get_content() == PDF
    assert attachment.get_filename() == "election-7K3MQ-9WD4X-42.pdf"


def test_it_is_seven_bit_with_short_lines_and_crlf() -> None:
    mime = compose(form_facts(employee_name="Łukasz Ñandú"), envelope(), pdf=PDF)
    assert mime.isascii()
    assert b"\n" not in mime.replace(b"\r\n", b"")
    assert max(map(len, mime.split(b"\r\n"))) <= 78


def test_the_same_facts_give_the_same_bytes() -> None:
    assert compose(form_facts(), envelope(), pdf=PDF) == compose(form_facts(), envelope(), pdf=PDF)


@pytest.mark.parametrize("part", [words, html])
def test_both_texts_say_everything_that_is_on_record(part: Any) -> None:
    text = part(composed(form_facts(), pdf=PDF))
    for said in (
        "Pat Example, employee number 000123",
        "7K3MQ-9WD4X-42",
        "January 15, 2003, 10:04:05.123456 AM PST (1:04:05.123456 PM EST)",
        "Before 9:00 PM PST on January 20, 2003 (midnight Eastern)",
        "election 2B8RT-51XKD-07, received on January 10, 2003, 9:30:00.000005 AM PST",
        "001204",
        "2000 Stock Plan, ISO",
        "April 2, 2001",
        "$6.00",
        "334",
        "251",
        "1994 Nonstatutory Stock Option Plan, NSO",
        "$12.0625",
        "1,500",
        "002051",
        "2 grants, 834 shares",
        "1 grant, 1,500 shares",
        "626",
        "Grants made on or after June 19, 2002 are required",
        "as long as the new form is received before 9:00 PM PST on January 20, 2003",
        "https://options.example.com/election/",
        "https://options.example.com/withdrawal/",
        "https://options.example.com/submissions/7K3MQ-9WD4X-42/",
        "https://options.example.com/submissions/7K3MQ-9WD4X-42.pdf",
        "This letter confirms that your form was received, and nothing more.",
        "3f0c" * 16,
    ):
        assert said in text, said


def test_the_text_says_exchange_or_keep_of_every_grant() -> None:
    text = words(composed(form_facts()))
    assert "Grant 001204: EXCHANGE" in text
    assert "Grant 001377: KEEP" in text
    assert "Grant 002051: EXCHANGE (REQUIRED)" in text


@pytest.mark.parametrize(
    ("kind", "lines", "subject"),
    [
        (FormKind.WITHDRAWAL, (kept(withdrawn=True),), "Your withdrawal was received"),
        (FormKind.DECLINE, (kept(),), "Your decision not to take part was received"),
    ],
)
def test_each_kind_of_form_has_its_subject(kind: FormKind, lines: Any, subject: str) -> None:
    mail = composed(form_facts(kind=kind, lines=lines))
    assert mail["Subject"] == f"{subject}: 7K3MQ-9WD4X-42"
    # Nothing is exchanged, so there is nothing to withdraw.
    assert "/withdrawal/" not in words(mail)


def test_required_grants_that_are_kept_are_explained_too() -> None:
    lines = (kept(), required(choice="keep", new_shares=0))
    text = words(composed(form_facts(kind=FormKind.DECLINE, lines=lines)))
    assert "As this form exchanges no grant, it keeps 002051 too." in text


def test_a_form_without_required_grants_does_not_mention_them() -> None:
    assert "required" not in words(composed(form_facts(lines=(line_facts(),)))).lower()


def test_a_first_form_replaces_nothing() -> None:
    text = words(composed(form_facts(replaced=None)))
    assert "Replaces: Nothing: no earlier form of yours counted" in text


def test_a_late_form_is_told_when_it_came_what_governs_and_whom_to_ask() -> None:
    mail = composed(late_facts(), pdf=PDF)
    text = words(mail)
    assert mail["Subject"] == "Your election arrived late: 7K3MQ-9WD4X-42"
    assert "arrived on January 20, 2003, 11:03:09.000001 PM PST" in text
    assert "2 hours, 3 minutes after the deadline" in text
    assert "had to be received before 9:00 PM PST on January 20, 2003" in text
    assert "it does not count. What counts is your earlier election 2B8RT-51XKD-07" in text
    assert (
        "write to Vincent Roth, Michael Oswald or Lantronix Law Department (law@example.com)"
        in text
    )
    assert "Should the offer be extended, this form stays late" in text
    assert "/election/" not in text


def test_a_late_form_of_someone_who_could_not_take_part_says_so_and_asks_for_no_new_one() -> None:
    reason = "You left the company on January 17, 2003."

    text = words(composed(late_facts(not_open_to_them=(reason,))))

    assert reason in text
    assert "Should the offer be extended, this form stays late." in text
    assert "submit a new one" not in text


def test_a_late_form_without_an_earlier_one_leaves_all_grants_kept() -> None:
    text = words(composed(late_facts(replaced=None)))
    assert "No earlier form of yours counts, so you keep all of your grants." in text


@pytest.mark.parametrize(
    ("contacts", "said"),
    [
        ((), "write to the Law Department (law@example.com)"),
        (("Vincent Roth",), "write to Vincent Roth (law@example.com)"),
        (("A", "B"), "write to A or B (law@example.com)"),
    ],
)
def test_whom_to_ask_is_named_as_the_offer_names_them(contacts: tuple[str, ...], said: str) -> None:
    assert said in words(composed(late_facts(offer=offer_facts(contacts=contacts))))


def test_a_form_at_the_very_deadline_is_late_by_nothing() -> None:
    text = words(composed(form_facts(timely=False, received_at=DEADLINE)))
    assert "That is at the very instant of the deadline" in text


def test_an_irregular_form_is_told_what_is_wrong_what_counts_and_how_to_mend_it() -> None:
    mail = composed(irregularity())
    text = words(mail)
    assert mail["Subject"] == "Your election was found irregular: 2B8RT-51XKD-07"
    assert "WHAT IS WRONG The typed name is not yours. Please sign with your legal name." in text
    assert "as things stand, you keep all of your grants" in text
    assert "a corrected form so that it is received before 9:00 PM PST on January 20, 2003" in text
    assert "https://options.example.com/election/" in text
    assert mail.get_content_type() == "multipart/alternative"


def test_after_the_deadline_an_irregular_form_can_only_be_asked_about() -> None:
    text = words(composed(irregularity(decided_at=DEADLINE, governing=EARLIER)))
    assert "Your election 2B8RT-51XKD-07, received on" in text
    assert "has passed: a new form would be late" in text
    assert "/election/" not in text


def test_an_extension_names_both_dates_each_in_its_own_time() -> None:
    mail = composed(EXTENSION)
    text = words(mail)
    assert mail["Subject"] == "New deadline: 9:00 PM PDT on April 14, 2003 (midnight Eastern)"
    assert "Old deadline: Before 9:00 PM PST on January 20, 2003 (midnight Eastern)" in text
    assert "New deadline: Before 9:00 PM PDT on April 14, 2003 (midnight Eastern)" in text
    assert "Nothing changes in what you have submitted" in text
    assert "Until the new deadline you may elect" in text
    assert "https://options.example.com/submissions/" in text


def test_who_is_only_on_record_is_not_told_of_an_extension_that_they_may_elect() -> None:
    text = words(composed(dataclasses.replace(EXTENSION, eligible=False)))
    assert "New deadline: Before 9:00 PM PDT on April 14, 2003 (midnight Eastern)" in text
    assert "Until the new deadline you may withdraw it." in text
    assert "what becomes of one that you have made, the Law Department decides" in text
    assert "you may elect" not in text
    assert "https://options.example.com/withdrawal/" in text
    assert "https://options.example.com/election/" not in text


@pytest.mark.parametrize(
    "facts",
    [
        form_facts(employee_name=HOSTILE, employee_number=HOSTILE, signature=HOSTILE),
        form_facts(lines=(line_facts(grant_number=HOSTILE, plan=HOSTILE),)),
        form_facts(offer=offer_facts(company=HOSTILE, title=HOSTILE, contacts=(HOSTILE,))),
        irregularity(employee_name=HOSTILE),
    ],
)
def test_hostile_names_stay_one_line_of_plain_text(facts: MailFacts) -> None:
    mail = composed(facts)
    assert mail["Bcc"] is None
    assert "all@example.com" not in str(mail["Subject"])
    text = mail.get_body(("plain",))
    assert text
    assert not [line for line in text.get_content().splitlines() if line.startswith("Bcc:")]
    assert "\u202e" not in text.get_content()
    assert "<script>" not in html(mail)
    assert "&lt;script&gt;" in html(mail)


def test_a_hostile_reason_may_have_paragraphs_and_nothing_more() -> None:
    mail = composed(irregularity(reason=HOSTILE))
    assert mail["Bcc"] is None
    assert "\u202e" not in words(mail)
    assert "<p>Bcc: all@example.com</p>" in html(mail)
    assert "<p>&lt;script&gt;alert(1)&lt;/script&gt; gnorw</p>" in html(mail)


@pytest.mark.parametrize(
    "changes",
    [
        {"recipient": "pat@example.com\r\nBcc: all@example.com"},
        {"recipient": "pat@example.com, all@example.com"},
        {"recipient": "nobody"},
        {"recipient": "pät@example.com"},
        {"message_id": "<x@y>\r\nBcc: all@example.com"},
        {"sender": "portal@example.com\nBcc: all@example.com"},
    ],
)
def test_an_address_that_is_more_than_one_is_refused(changes: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        compose(form_facts(), envelope(**changes))


def test_an_address_in_another_alphabet_is_written_in_ascii() -> None:
    assert composed(form_facts(), recipient="pat@bücher.example")["To"] == (
        "pat@xn--bcher-kva.example"
    )


def test_the_html_asks_for_nothing_from_outside() -> None:
    page = html(composed(form_facts(), pdf=PDF))
    for asks in ("<img", "<link", "<script", "src=", "url(", "@import"):
        assert asks not in page
    assert "prefers-color-scheme: dark" in page


def test_without_its_attachment_the_mail_is_otherwise_the_same() -> None:
    whole = compose(form_facts(), envelope(), pdf=PDF)
    smaller = without_attachment(whole)
    assert smaller
    assert smaller == without_attachment(whole)
    assert smaller.startswith(whole[: whole.index(b"Content-Type: application/pdf")])
    parsed = message_from_bytes(smaller, _class=EmailMessage, policy=default)
    assert not any(part.defects for part in parsed.walk())
    assert "application/pdf" not in [part.get_content_type() for part in parsed.walk()]
    assert words(parsed) == words(composed(form_facts(), pdf=PDF))


def test_a_mail_without_an_attachment_has_none_to_leave_out() -> None:
    assert without_attachment(compose(EXTENSION, envelope())) is None
