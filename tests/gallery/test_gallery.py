"""The gallery shows every page: one that nobody thought of would be noticed."""

from __future__ import annotations

from collections import Counter

from django.urls import path

from exchange_portal import urls
from tests.gallery.pictures import NO_PAGES, PICTURES, pages

SHOWN = {picture.page for picture in PICTURES}


def test_every_page_has_a_picture() -> None:
    assert pages() - SHOWN - NO_PAGES.keys() == set()


def test_what_is_called_no_page_has_no_picture_and_exists() -> None:
    assert NO_PAGES.keys() & SHOWN == set()
    assert NO_PAGES.keys() - pages() == set()


def test_a_page_that_nobody_thought_of_would_be_noticed() -> None:
    new = path("left-open/", lambda request: None, name="left-open")

    assert pages([*urls.urlpatterns, new]) - SHOWN - NO_PAGES.keys() == {"left-open"}


def test_no_two_pictures_have_one_name() -> None:
    assert [name for name, n in Counter(p.name for p in PICTURES).items() if n > 1] == []
