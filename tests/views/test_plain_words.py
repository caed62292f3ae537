"""Employees' pages are read with ease at US grade 8, and every word of the field is explained."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from html.parser import HTMLParser

import pytest
from django.http import HttpResponse
from django.test import Client

from elections.core.glossary import GLOSSARY, explain
from elections.core.problems import SENTENCES, Code
from elections.models import Employee, Grant, Offer
from elections.templatetags.portal import facts_of
from tests.factory import EXPIRATION, decline, elect, make_employee, withdraw
from tests.portal import SetClock
from tests.readability import grade, sentences_of, syllables_of
from tests.views.pages import choices, fill_in, sign, signed_in, words

GRADE = 8.0
# The offer's own documents bind as they were filed, so their words stay as they are.
VERBATIM = ("terms", "prose")
BLOCKS = {"p", "li", "dd", "dt", "td", "th", "h1", "h2", "h3", "summary", "figcaption", "legend"}
VOID = {"input", "meta", "link", "br", "hr", "img"}


class Reader(HTMLParser):
    """The whole sentences of a page's own part, as somebody reads them."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[tuple[str, bool]] = []  # (tag, whether to skip what is in it)
        self.blocks: list[str] = [""]
        self.feed(page.partition("<main")[2].partition("</main")[0])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            return
        found = dict(attrs)
        classes = (found.get("class") or "").split()
        hidden = found.get("aria-hidden") == "true" or tag in ("button", "svg", "label", "code")
        self.open.append((tag, hidden or bool(set(classes) & set(VERBATIM))))
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_endtag(self, tag: str) -> None:
        while self.open and self.open.pop()[0] != tag:
            pass
        if tag in BLOCKS:
            self.blocks.append("")

    def handle_data(self, data: str) -> None:
        if not any(skip for _, skip in self.open):
            self.blocks[-1] += data

    def sentences(self) -> list[str]:
        """Every sentence; headings and the cells of tables that are none are left out."""
        found = []
        for block in self.blocks:
            text = " ".join(html.unescape(block).replace("\xad", "").split())
            found += [one for one in sentences_of(text) if re.search(r"[.?!][”\")]*$", one)]
        return found


def read(response: HttpResponse) -> list[str]:
    found = Reader(response.content.decode()).sentences()
    assert found, words(response)
    return found


def assert_easy(name: str, sentences: list[str]) -> None:
    reached = grade(" ".join(sentences))
    hardest = sorted(sentences, key=grade, reverse=True)[:6]
    told = "\n".join(f"{grade(one):5.1f} {one}" for one in hardest)
    assert reached <= GRADE, f"{name} reads at grade {reached:.1f}:\n{told}"


@pytest.fixture
def everyone(iso: Grant, nso: Grant, required: Grant, cheap: Grant) -> None:
    """Grants of every standing."""


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/election/",
        "/election/check/",
        "/election/decline/",
        "/compare/",
        "/compare/?new_price=1.50&prices=2+20",
        "/submissions/",
        "/withdrawal/",
        "/verify/",
        "/nothing/",
    ],
)
def test_each_page_reads_with_ease_before_and_after_an_election(
    client: Client, employee: Employee, iso: Grant, nso: Grant, everyone: None, path: str
):
    assert_easy(path, read(client.get(path)))
    elect(employee, iso, keep=(nso,))
    assert_easy(f"{path} with an election", read(client.get(path)))


@pytest.mark.parametrize("path", ["/", "/accounts/login/", "/accounts/password/reset/"])
def test_each_page_before_the_sign_in_reads_with_ease(offer: Offer, path: str):
    assert_easy(path, read(Client().get(path)))


def test_each_page_on_the_way_reads_with_ease(
    client: Client, employee: Employee, iso: Grant, nso: Grant, everyone: None
):
    assert_easy("refused", read(client.post("/election/", {})))
    token = fill_in(client, choices(exchange=(iso,), keep=(nso,)))
    assert_easy("with a draft", read(client.get("/")))
    assert_easy("draft", read(client.get("/election/")))
    assert_easy("check", read(client.get(f"/election/check/?form={token}")))
    assert_easy("unsigned", read(sign(client, token, signature="", agree="")))
    assert_easy("receipt", read(client.get(sign(client, token).headers["Location"])))
    taken_back = fill_in(client, {"withdraw-all": "on"}, "withdrawal")
    stale = fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    assert_easy("withdrawal", read(client.get(f"/withdrawal/check/?form={taken_back}")))
    withdrawn = sign(client, taken_back, "withdrawal")
    assert_easy("withdrawn", read(client.get(withdrawn.headers["Location"])))
    assert_easy("conflict", read(sign(client, stale)))
    assert_easy("said otherwise", read(sign(client, token, signature="Another")))


def test_each_page_after_the_deadline_reads_with_ease(
    client: Client, employee: Employee, iso: Grant, nso: Grant, portal_clock: SetClock
):
    elect(employee, iso, keep=(nso,))
    portal_clock.set(EXPIRATION + timedelta(minutes=1))
    for path in ("/", "/election/", "/election/decline/", "/withdrawal/", "/submissions/"):
        assert_easy(path, read(client.get(path)))
    token = fill_in(client, choices(exchange=(nso,), keep=(iso,)))
    assert_easy("late check", read(client.get(f"/election/check/?form={token}")))
    assert_easy("late receipt", read(client.get(sign(client, token).headers["Location"])))


def test_receipts_of_every_standing_read_with_ease(
    client: Client, employee: Employee, iso: Grant, nso: Grant, portal_clock: SetClock
):
    forms = [elect(employee, iso, keep=(nso,)), withdraw(employee), decline(employee)]
    for form in forms:
        assert_easy(form.kind, read(client.get(f"/submissions/{form.receipt}/")))


def test_who_cannot_take_part_reads_why_with_ease(offer: Offer):
    for changes in ({"country": "GB"}, {"employment": "contractor"}, {"is_director": True}):
        client = signed_in(make_employee(**changes))
        assert_easy(str(changes), read(client.get("/election/")))
        assert_easy(f"{changes} /", read(client.get("/")))


@pytest.mark.parametrize("word", GLOSSARY)
def test_each_word_is_explained_in_plain_words(offer: Offer, word: str):
    (one,) = explain([word], facts_of(offer, offer.opens_on))
    assert grade(one.meaning) <= GRADE, one.meaning


ON_FORMS = [
    Code.UNKNOWN_GRANT,
    Code.ANSWER_MISSING,
    Code.REQUIRED_GRANT_ALONE,
    Code.REQUIRED_GRANT_KEPT,
    Code.NOTHING_CHOSEN,
    Code.NOTHING_TO_ELECT,
    Code.NOTHING_TO_WITHDRAW,
    Code.NOTHING_WITHDRAWN,
    Code.GRANT_NOT_ELECTED,
    Code.SIGNATURE_MISSING,
    Code.AGREEMENT_MISSING,
    Code.FORM_UNKNOWN,
    Code.GRANT_CHANGED,
    Code.DOCUMENTS_CHANGED,
    Code.NOTHING_OUTSTANDING,
    Code.PLAN_NOT_IN_OFFER,
    Code.PRICE_BELOW_THRESHOLD,
]


@pytest.mark.parametrize("code", ON_FORMS)
def test_each_error_on_a_form_is_said_in_plain_words(code: Code):
    filled = re.sub(r"\{\w+\}", "10", SENTENCES[code])
    assert grade(filled) <= GRADE, filled


@pytest.mark.parametrize(
    ("path", "explained"),
    [
        ("/", "exercise price: What you pay for one share"),
        ("/", "Required grant: A grant made to you on or after June 19, 2002."),
        ("/election/", "Vested The part of a grant that you may use today."),
        ("/election/", "Nonstatutory, or NSO An option to which the tax rules for an ISO"),
        ("/compare/", "Break-even price The share price at which it makes no difference"),
    ],
)
def test_words_are_explained_where_they_stand(
    client: Client, everyone: None, path: str, explained: str
):
    assert explained.replace(": ", " ") in words(client.get(path))


def test_the_warnings_stand_right_above_the_choice(client: Client, everyone: None):
    page = client.get("/election/").content.decode()
    between = page.partition('id="before-you-choose"')[2].partition("<table")[0]
    text = words_of(between)
    assert "The price of the new options is not known." in text
    assert "An exchanged ISO loses its ISO status" in text
    assert "If you leave before the day of the new grant, for whatever reason" in text
    assert "no new option, and no compensation." in text
    assert "If you exchange any grant, this one goes along" in text
    assert "Compare keeping" not in text


def words_of(part: str) -> str:
    text = html.unescape(re.sub(r"<[^>]*>", " ", part))
    return re.sub(r" ([,.;:])", r"\1", " ".join(text.split()))


@pytest.mark.parametrize(
    ("word", "syllables"),
    [
        ("nonstatutory", 5),
        ("exercise", 3),
        ("vested", 2),
        ("outstanding", 3),
        ("exchanged", 2),
        ("eligible", 4),
        ("option", 2),
        ("company", 3),
        ("canceled", 2),
        ("employee", 3),
        ("table", 2),
        ("whole", 1),
        ("share", 1),
        ("prices", 2),
        ("being", 2),
        ("ISO", 3),
        ("$1,500.25", 1),
    ],
)
def test_syllables_are_counted_as_they_are_spoken(word: str, syllables: int):
    assert abs(syllables_of(word) - syllables) <= (word in ("eligible", "employee"))


def test_the_measure_is_the_published_one():
    # 5 words, 6 syllables, one sentence; and a sentence as lawyers write them.
    assert grade("You keep all your grants.") == pytest.approx(
        0.39 * 5 + 11.8 * syllables("You keep all your grants.") / 5 - 15.59
    )
    assert grade("The cat sat on the mat.") < 1
    assert (
        grade(
            "Notwithstanding any provision to the contrary, eligible optionholders irrevocably"
            " relinquish all entitlements attributable to surrendered instruments."
        )
        > 20
    )


def syllables(text: str) -> int:
    return sum(syllables_of(word) for word in re.findall(r"\w+", text))
