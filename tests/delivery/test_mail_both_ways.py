"""Each mail as text and as HTML: the same facts, in lines that fit, with nothing from outside."""

from __future__ import annotations

import re
from email.message import EmailMessage

import pytest
from bs4 import BeautifulSoup

from tests.delivery.mails import MAILS, part, sent

GMAIL_CUTS_AT = 102 * 1024
# Whatever has a digit in it, an address of a page or of a mailbox: what nobody may get wrong.
FACT = re.compile(r"\S*\d\S*|\S+://\S+|\S+@\S+")
each_kind = pytest.mark.parametrize("kind", MAILS)


def shown(mail: EmailMessage) -> str:
    """The HTML's words and the addresses of its links, white space folded."""
    page = BeautifulSoup(part(mail, "html"), "html.parser")
    for unseen in page.select("style, title, [style*='display:none']"):
        unseen.decompose()
    for link in page.select("a"):
        if link.get_text() != link["href"]:
            link.append(f" {link['href']} ")
    return " ".join(page.get_text(" ").split())


def written(mail: EmailMessage) -> str:
    """The text, white space folded."""
    return " ".join(part(mail, "plain").split())


def facts_in(text: str) -> set[str]:
    return {fact.strip(".,;:()$") for fact in FACT.findall(text)}


@each_kind
def test_text_and_html_tell_the_same_facts(kind: str) -> None:
    mail = sent(kind)
    assert facts_in(written(mail)) == facts_in(shown(mail))


@each_kind
def test_text_and_html_say_the_same_sentences(kind: str) -> None:
    mail = sent(kind)
    page = BeautifulSoup(part(mail, "html"), "html.parser")
    said = [element.get_text(" ") for element in page.select("h2, .facts td, p:not([class])")]
    sentences = [" ".join(sentence.split()) for sentence in said if "download" not in sentence]

    text = written(mail).lower()
    assert [sentence for sentence in sentences if sentence.lower() not in text] == []


@each_kind
def test_the_text_fits_into_72_columns_but_for_addresses(kind: str) -> None:
    for line in part(sent(kind), "plain").splitlines():
        assert len(line) <= 72 or re.fullmatch(r"[- ] ?\S+|\S+", line), line
        assert line == line.rstrip()


@each_kind
def test_the_text_has_no_holes_in_it(kind: str) -> None:
    text = part(sent(kind), "plain")
    assert "\n\n\n" not in text
    assert not text.startswith("\n")


@each_kind
def test_the_html_asks_for_nothing_from_outside(kind: str) -> None:
    html = part(sent(kind), "html")
    for asks in ("<img", "<link", "<script", "<iframe", "src=", "url(", "@import"):
        assert asks not in html


@each_kind
def test_gmail_shows_all_of_it(kind: str) -> None:
    assert len(part(sent(kind), "html").encode()) < GMAIL_CUTS_AT


@each_kind
def test_it_has_a_language_a_title_and_a_first_line_for_the_list_of_mails(kind: str) -> None:
    page = BeautifulSoup(part(sent(kind), "html"), "html.parser")
    letter = page.select(".letter")[0]
    assert page.select("html")[0]["lang"] == letter["lang"] == "en-US"
    title = page.select("title")[0].get_text()
    assert title == page.select("h1")[0].get_text() == letter["aria-label"]
    first = page.select("body > :first-child")[0]
    assert "display:none" in first["style"]
    assert first.get_text() == page.select(".letter > p")[2].get_text()


@each_kind
def test_every_table_holds_facts_under_headers(kind: str) -> None:
    page = BeautifulSoup(part(sent(kind), "html"), "html.parser")
    for table in page.select("table"):
        assert table.select("th")
        assert all(header["scope"] in ("row", "col") for header in table.select("th"))


def test_a_fact_left_out_of_the_text_would_be_found() -> None:
    mail = sent("extension")
    changed = written(mail).replace("April 14, 2003", "April 15, 2003")
    assert facts_in(changed) != facts_in(shown(mail))
