"""Each mail as it is seen: on a telephone and on a desk, by day and by night."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from tests.delivery.mails import MAILS, part, sent
from tests.views.test_contrast import contrast

pytestmark = pytest.mark.browser

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
WIDTHS = (320, 700)
# Every piece of text that shows: its words, its colour, and that of the nearest ground behind it.
TEXTS = """() => {
    const hex = (colour) => {
        const [r, g, b, a] = colour.match(/[\\d.]+/g).map(Number);
        return a === 0 ? "" : "#" + [r, g, b].map((x) => x.toString(16).padStart(2, "0")).join("");
    };
    const ground = (element) =>
        element ? hex(getComputedStyle(element).backgroundColor) || ground(element.parentElement)
                : "#ffffff";
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const texts = [];
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        const said = walker.currentNode.textContent.trim();
        if (said && element.checkVisibility())
            texts.push([said, hex(getComputedStyle(element).color), ground(element)]);
    }
    return texts;
}"""


@pytest.fixture(params=itertools.product(SCHEMES, WIDTHS), ids=str)
def page(request: pytest.FixtureRequest, chromium: Browser) -> Iterator[Page]:
    """A window of this width in this scheme, which fails the test for whatever it asks for."""
    scheme, width = request.param
    context = chromium.new_context(
        color_scheme=scheme, viewport={"width": width, "height": 800}, java_script_enabled=True
    )
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    yield page
    context.close()
    assert not asked


def texts_of(page: Page) -> list[Any]:
    found: list[Any] = page.evaluate(TEXTS)
    return found


def test_every_mail_can_be_read_and_fits_its_window(page: Page) -> None:
    for kind in MAILS:
        page.set_content(part(sent(kind), "html"))

        faint = [text for text, ink, ground in texts_of(page) if contrast(ink, ground) < 7]
        assert faint == [], kind
        widest = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert widest <= 0, f"{kind} is {widest} px too wide"


def test_the_first_line_for_the_list_of_mails_does_not_show(page: Page) -> None:
    page.set_content(part(sent("reminder"), "html"))
    assert texts_of(page)[0][0] == "Lantronix"


def test_text_too_faint_and_a_line_too_long_would_be_found(page: Page) -> None:
    page.set_content(f"<p style='color: #888'>faint</p><p>{'wide' * 200}</p>")
    assert all(contrast(ink, ground) < 7 for _, ink, ground in texts_of(page)[:1])
    assert page.evaluate("document.documentElement.scrollWidth > innerWidth")
