"""A scene for each picture, and one tab in which they are all shown."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser

from tests.gallery.in_browser import Tab
from tests.gallery.scene import Scene
from tests.portal import SetClock


@pytest.fixture
def scene(db: None, portal_clock: SetClock, settings: Any) -> Scene:
    """An empty portal, at 10:00 AM PST on January 15, 2003."""
    return Scene(portal_clock, settings)


@pytest.fixture(scope="module")
def tab(chromium: Browser) -> Iterator[Tab]:
    """One tab of a desktop's width, used for one picture after the other."""
    context = chromium.new_context(
        viewport={"width": 1280, "height": 1024},
        reduced_motion="reduce",  # a colour on its way to another one cannot be judged
    )
    yield Tab(context.new_page())
    context.close()
