"""Static files where no release has compressed them: a demo, and these tests."""

from __future__ import annotations

import gzip

from django.test import Client

THEME = "/static/portal/theme.css"
BROWSER = {"accept-encoding": "gzip, deflate"}


def test_a_static_file_comes_compressed_to_a_browser_that_takes_it_so() -> None:
    plain, zipped = Client().get(THEME), Client().get(THEME, headers=BROWSER)

    assert "Content-Encoding" not in plain
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(zipped.getvalue()) == plain.getvalue()


def test_one_that_has_not_changed_is_not_sent_again() -> None:
    modified = Client().get(THEME)["Last-Modified"]

    answer = Client().get(THEME, headers={**BROWSER, "if-modified-since": modified})

    assert answer.status_code == 304
    assert answer.getvalue() == b""
    assert "Content-Encoding" not in answer


def test_asked_about_it_is_not_sent() -> None:
    assert Client().head(THEME, headers=BROWSER).getvalue() == b""


def test_pages_pass_as_they_are(db: None) -> None:
    assert "Content-Encoding" not in Client().get("/accounts/login/", headers=BROWSER)
