"""Every picture of the gallery under axe: light, dark, in forced colours, and narrow or enlarged.

320 CSS pixels are what is left of a window of 1280 pixels at 400 %, so one run stands for both:
layout knows CSS pixels alone. 256 high, as 1024 are then.
"""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.gallery.axe import COLOURS, violations
from tests.gallery.in_browser import Tab
from tests.gallery.picture import Picture
from tests.gallery.pictures import PICTURE_OF
from tests.gallery.scene import Scene

pytestmark = pytest.mark.browser

DESKTOP = {"width": 1280, "height": 1024}
NARROW = {"width": 320, "height": 256}
SIDEWAYS = """() => [...document.querySelectorAll("*")].filter(element =>
    element.scrollWidth > element.clientWidth + 1
    && ["auto", "scroll"].includes(getComputedStyle(element).overflowX)
    && !(element.tabIndex >= 0 && element.querySelector("table")))
  .map(element => element.outerHTML.slice(0, 120))"""


def everything_wrong(page: Page) -> dict[str, list[str]]:
    """What is wrong on the page, by how it is looked at."""
    found = {"light": violations(page)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = violations(page, COLOURS)
    page.emulate_media(color_scheme="light", forced_colors="active")
    found["forced colours"] = violations(page, COLOURS)
    page.emulate_media(color_scheme="light", forced_colors="none")
    page.set_viewport_size(NARROW)
    found["320 px, 400 %"] = violations(page) + sideways(page)
    return {how: wrong for how, wrong in found.items() if wrong}


def sideways(page: Page) -> list[str]:
    """What scrolls sideways on the narrow page, but for tables in a frame that takes the focus."""
    width = page.evaluate("document.documentElement.scrollWidth")
    too_wide = [f"the page is {width} px wide"] if width > NARROW["width"] else []
    return too_wide + [f"scrolls sideways: {frame}" for frame in page.evaluate(SIDEWAYS)]


def show(picture: Picture, scene: Scene, tab: Tab) -> Page:
    """Look at a picture on a desktop."""
    tab.page.set_viewport_size(DESKTOP)
    address, answer = picture.answer(scene)
    return tab.show(address, answer, scene.browser(picture.role))


@pytest.mark.parametrize("picture", PICTURE_OF.values(), ids=PICTURE_OF.keys())
def test_axe_finds_nothing(scene: Scene, tab: Tab, picture: Picture) -> None:
    assert everything_wrong(show(picture, scene, tab)) == {}
    assert tab.failed == []


PLANT = """([html, style]) => {
    const main = document.querySelector("main");
    main.insertAdjacentHTML("beforeend", html);
    main.lastElementChild.style.cssText = style;  // our policy forbids the attribute
}"""


@pytest.mark.parametrize(
    ("html", "style", "rule"),
    [
        ('<img src="/static/portal/icon.svg">', "", "image-alt"),
        ("<p>Grey on grey</p>", "color: #777; background: #888", "color-contrast"),
        ("<button>x</button><button>x</button>", "width: 9px; padding: 0", "target-size"),
        ("<h5>Out of order</h5>", "", "heading-order"),
    ],
)
def test_axe_does_find_what_is_planted(
    scene: Scene, tab: Tab, html: str, style: str, rule: str
) -> None:
    page = show(PICTURE_OF["front page, signed out"], scene, tab)
    page.evaluate(PLANT, [html, style])
    assert rule in {line.partition(":")[0] for line in violations(page)}


def test_what_scrolls_sideways_is_found(scene: Scene, tab: Tab) -> None:
    page = show(PICTURE_OF["front page, signed out"], scene, tab)
    page.set_viewport_size(NARROW)
    page.evaluate(PLANT, [f"<p>{'x' * 200}</p>", "overflow: auto; overflow-wrap: normal"])
    assert len(sideways(page)) == 1
    page.evaluate(PLANT, ["<p>Wide</p>", "width: 400px"])
    assert len(sideways(page)) == 2
