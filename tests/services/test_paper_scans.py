"""Scans: known by their content and not by their name, and removed when nobody used them."""

from __future__ import annotations

import io
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from PIL import Image
from pypdf import PdfWriter

from elections.models.paper import scan_storage
from elections.services import scans
from elections.services.scans import MAX_BYTES, ScanRefused, hold_scan, kept_scan, scan_type
from tests.papers import pdf_scan, picture


def locked_pdf() -> bytes:
    writer = PdfWriter()
    writer.add_blank_page(612, 792)
    writer.encrypt("secret")
    written = io.BytesIO()
    writer.write(written)
    return written.getvalue()


def gif() -> bytes:
    written = io.BytesIO()
    Image.new("L", (8, 11), 200).save(written, "GIF")
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "content_type"),
    [
        (pdf_scan(), "application/pdf"),
        (picture("PNG"), "image/png"),
        (picture("JPEG"), "image/jpeg"),
    ],
)
def test_what_a_scan_is_is_told_by_its_content(content: bytes, content_type: str) -> None:
    assert scan_type(content) == content_type


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "empty"),
        (b"%PDF", "none of them|damaged"),
        (b"%PDF-1.7\n" + b"nothing of the kind" * 100, "damaged"),
        (pdf_scan()[:200], "damaged"),
        (locked_pdf(), "password"),
        (picture("PNG")[:40], "damaged"),
        (picture("JPEG", (800, 600))[:-900], "cut off"),
        (picture("PNG", (800, 600))[:-13], "cut off|damaged"),
        (picture("PNG")[:8] + b"<script>alert(1)</script>" * 10, "damaged"),
        (gif(), "none of them"),
        (b"<html><script>alert(1)</script></html>", "none of them"),
        (b"GIF89a" + pdf_scan(), "none of them|damaged"),
        (b"MZ" + b"\0" * 200, "none of them"),
    ],
)
def test_what_cannot_be_opened_or_is_something_else_is_refused(
    content: bytes, sentence: str
) -> None:
    with pytest.raises(ScanRefused, match=sentence):
        scan_type(content)


def test_ten_megabytes_are_taken_and_a_byte_more_is_not() -> None:
    whole = pdf_scan()
    full = whole + b"\n" * (MAX_BYTES - len(whole))

    assert scan_type(full) == "application/pdf"
    with pytest.raises(ScanRefused, match="10 MB"):
        scan_type(full + b"\n")


def test_a_small_file_that_unfolds_into_a_huge_picture_is_refused_unopened(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(scans, "MAX_PIXELS", 100)

    assert scan_type(picture("PNG", (10, 10))) == "image/png"
    with pytest.raises(ScanRefused, match="too large"):
        scan_type(picture("PNG", (101, 1)))


def test_its_name_is_random_and_says_nothing_of_where_it_came_from() -> None:
    first = hold_scan(picture(), called="../../Pat Example.html")
    second = hold_scan(picture(), called="../../Pat Example.html")

    assert first.name != second.name
    assert first.name.startswith("held/")
    assert first.name.endswith(".png")
    assert "Pat" not in first.name


def test_only_the_portals_own_account_can_read_it() -> None:
    path = Path(scan_storage().path(hold_scan(picture(), called="scan.png").name))

    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


def test_a_copy_that_did_not_become_part_of_the_record_is_removed() -> None:
    held = hold_scan(picture(), called="scan.png")

    with kept_scan(held) as scan:
        assert scan is not None
        name = scan.file.name
        assert scan_storage().exists(name)

    assert not scan_storage().exists(name)
    assert scan_storage().exists(held.name)


def test_what_nobody_used_for_a_day_is_removed_and_what_is_fresh_stays() -> None:
    storage = scan_storage()
    old = storage.save("held/old.png", ContentFile(picture()))
    fresh = hold_scan(picture(), called="scan.png").name
    long_ago = (datetime.now(UTC) - timedelta(days=1, minutes=1)).timestamp()
    os.utime(storage.path(old), (long_ago, long_ago))

    hold_scan(picture(), called="scan.png")

    assert not storage.exists(old)
    assert storage.exists(fresh)
