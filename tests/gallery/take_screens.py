"""Takes the pictures: run by `python -m scripts.screens`, never by the suite."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.gallery.in_browser import Tab
from tests.gallery.mails import MAILS, Mails
from tests.gallery.picture import Picture
from tests.gallery.pictures import PICTURES
from tests.gallery.scene import Scene

OUT = Path(os.environ.get("SCREENS_OUT", "var/screens"))
WIDTHS = (1280, 768, 320)


@pytest.fixture(scope="session", autouse=True)
def folders() -> None:
    (OUT / "texts").mkdir(parents=True, exist_ok=True)


@pytest.mark.parametrize(
    ("number", "picture"), list(enumerate(PICTURES, 1)), ids=lambda x: str(x)[:60]
)
def test_picture(scene: Scene, tab: Tab, number: int, picture: Picture) -> None:
    address, answer = picture.answer(scene)
    page = tab.show(address, answer, scene.browser(picture.role))
    name = f"{number:03}-{re.sub(r'[^a-z0-9]+', '-', picture.name.lower())}"
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        page.screenshot(path=OUT / f"{name}-{width}.png", full_page=True)
    about = [f"Looked at by: {picture.role}", f"Address: {address}", f"Status: {picture.status}"]
    keep(f"1-{name}", f"Page: {picture.name}", about, text_of(page))


@pytest.mark.parametrize("mails", MAILS, ids=lambda mails: mails.name)
def test_mails(scene: Scene, mails: Mails) -> None:
    for number, mail in enumerate(mails.sent(scene), 1):
        about = [f"From: {mail['From']}", f"To: {mail['To']}", f"Subject: {mail['Subject']}"]
        name = f"2-{MAILS.index(mails):03}-{number}"
        keep(name, f"Mail: {mails.name}", about, mails.text_of(mail))


def text_of(page: Page) -> str:
    """The page as a person reads it, with what is folded away."""
    page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
    text = page.inner_text("body")
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"[ \t]+\n", "\n", text)).strip()


def keep(name: str, title: str, about: list[str], text: str) -> None:
    """Leave one text for the exhibit."""
    entry = {"title": title, "about": about, "text": text}
    (OUT / "texts" / f"{name}.json").write_text(json.dumps(entry), encoding="utf-8")
