"""A file is what its content says, whatever it is called; what cannot be that is told so."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from elections.models import RosterUpload
from elections.services.roster.uploads import work_on_uploads
from elections.services.scans import MAX_PIXELS, ScanRefused, scan_type
from tests.papers import pdf_scan, picture
from tests.roster_files import EMPLOYEE, employee, grant, grants_file, workbook

UPLOAD = "/admin/elections/rosterupload/upload/"
ARCHIVE = io.BytesIO()
with zipfile.ZipFile(ARCHIVE, "w") as packed:
    packed.writestr("evil.html", "<script>alert(1)</script>" * 100)
HTML = b"<html><script>alert(1)</script></html>"


def huge_png(width: int, height: int) -> bytes:
    """A picture of so many pixels in a few bytes, whose content is never unpacked."""

    def chunk(name: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + data))
        return struct.pack(">I", len(data)) + name + data + check

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 99))
        + chunk(b"IEND", b"")
    )  # fmt: skip


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (pdf_scan() + ARCHIVE.getvalue() + b"\0" * 2000 + b"x", "does not end as a PDF"),
        (pdf_scan() + b"<script>alert(1)</script>" * 100, "does not end as a PDF"),
        (HTML + pdf_scan(), "none of them"),
        (ARCHIVE.getvalue(), "none of them"),
        (ARCHIVE.getvalue() + pdf_scan(), "none of them"),
        (picture("PNG") + HTML * 100, "cut off"),
        (picture("JPEG") + ARCHIVE.getvalue() * 20, "cut off"),
        (b"\xff\xd8\xff\xe0" + HTML, "damaged"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "none of them"),
        (b"<?xml version='1.0'?><svg/>", "none of them"),
        (b"#!/bin/sh\necho x\n", "none of them"),
        (huge_png(100_000, 100_000), "too large|damaged"),
        (huge_png(60_001, 1_000), "too large"),
        (huge_png(2**31 - 1, 2**31 - 1), "too large|damaged"),
        (huge_png(0, 0), "damaged|shows nothing"),
    ],
)
def test_what_is_two_things_at_once_or_unfolds_is_no_scan(content: bytes, sentence: str) -> None:
    with pytest.raises(ScanRefused, match=sentence):
        scan_type(content)


def test_the_most_pixels_are_more_than_any_page_has() -> None:
    assert 8.5 * 600 * 14 * 600 < MAX_PIXELS < 60_001_000


@pytest.fixture
def refused(hr_client: Client) -> Any:
    """What is said of an upload with this file in place of the employees'."""

    def refused(content: bytes, called: str) -> str:
        file = SimpleUploadedFile(called, content)
        grants = SimpleUploadedFile("grants.csv", grants_file(grant()).read())
        response = hr_client.post(UPLOAD, {"employees": file, "grants": grants})
        assert response.status_code == 302
        work_on_uploads()
        upload = RosterUpload.objects.latest("pk")
        page = hr_client.get(f"/admin/elections/rosterupload/{upload.pk}/change/")
        assert page.status_code == 200
        assert upload.state == "refused", (upload.state, upload.note)
        return str(upload.report)

    return refused


def bomb(kilobytes: int) -> bytes:
    """A workbook whose one sheet unpacks to so much."""
    plain = workbook(["Employee Number"], ["1"]).read()
    written = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(plain)) as old,
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for item in old.namelist():
            if item != "xl/worksheets/sheet1.xml":
                new.writestr(item, old.read(item))
        with new.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(
                b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/'
            )
            sheet.write(b'spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr">')
            sheet.write(b"<is><t>")
            for _ in range(kilobytes):
                sheet.write(b"x" * 1024)
            sheet.write(b"</t></is></c></row></sheetData></worksheet>")
    return written.getvalue()


@pytest.mark.parametrize(
    ("content", "called"),
    [
        (pdf_scan(), "employees.csv"),
        (picture(), "employees.xlsx"),
        (ARCHIVE.getvalue(), "employees.xlsx"),
        (b"PK\x03\x04" + b"x" * 100, "employees.csv"),
        (HTML, "employees.csv"),
        (b"\0" * 1000, "employees.csv"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000, "employees.xls"),
    ],
)
def test_a_file_of_another_kind_is_no_roster(refused: Any, content: bytes, called: str) -> None:
    assert "employees" in refused(content, called)


@pytest.mark.worker
def test_a_workbook_that_unpacks_to_more_than_a_gigabyte_ends_its_reader_and_nothing_else(
    refused: Any,
) -> None:
    content = bomb(1_600_000)
    assert len(content) < 10 * 1024 * 1024
    assert "cannot be opened" in refused(content, "employees.xlsx")


def test_a_workbook_is_read_whatever_it_is_called(hr_client: Client) -> None:
    book = workbook(list(EMPLOYEE), list(employee().values())).read()
    files = {
        "employees": SimpleUploadedFile("../../etc/<b>.csv", book),
        "grants": SimpleUploadedFile("grants.exe", grants_file(grant()).read()),
    }
    assert hr_client.post(UPLOAD, files).status_code == 302
    upload = RosterUpload.objects.latest("pk")
    assert "etc" not in str(upload.employees.name)
    assert ".." not in str(upload.employees.name)
    assert upload.grants.name.endswith("/grants")
