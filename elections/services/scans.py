"""Scans of forms that came on paper: checked by their content, and kept where nothing serves them.

A scan is held from the moment it is attached, so that it need not be attached again while a form
is being keyed in, and copied for good when the form is recorded. What was held and never used is
removed a day later.
"""

from __future__ import annotations

import hashlib
import io
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import puremagic
import structlog
from django.core.files.base import ContentFile
from PIL import Image
from pypdf import PdfReader

from elections.models import Scan
from elections.models.paper import scan_storage

log = structlog.get_logger(__name__)

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 60_000_000  # a legal-size page at 600 dots per inch has 43 million
ENDINGS = {"application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg"}
# The last bytes of a whole picture. WeasyPrint, in this process, tells Pillow to put up with less.
LAST_BYTES = {"PNG": b"IEND\xaeB`\x82", "JPEG": b"\xff\xd9"}
LAST_LINE = b"%%EOF"  # of a PDF; behind it nothing else can hide, such as an archive
PADDING = 1024  # what some scanners append
HELD = "held"  # the folder of scans whose form is not recorded yet
HELD_FOR = timedelta(days=1)


class ScanRefused(ValueError):
    """A file that cannot stand behind a form; the text is a sentence for people."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldScan:
    """A scan that was checked and is held; `called` is its name on the machine it came from."""

    name: str
    called: str
    content_type: str
    size: int
    sha256: str


def hold_scan(content: bytes, *, called: str) -> HeldScan:
    """Check a file and hold it. Raises `ScanRefused`."""
    content_type = scan_type(content)
    _forget_unused()
    name = f"{HELD}/{uuid.uuid4().hex}.{ENDINGS[content_type]}"
    return HeldScan(
        name=scan_storage().save(name, ContentFile(content)),
        called=called,
        content_type=content_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
    )


@contextmanager
def kept_scan(held: HeldScan) -> Iterator[Scan | None]:
    """A row, not saved yet, for a copy of what was held; None when that is gone or was changed.

    Unless the row is saved inside, the copy is removed at the end.
    """
    storage = scan_storage()
    try:
        with storage.open(held.name) as file:
            content = file.read()
    except FileNotFoundError:
        content = b""
    if hashlib.sha256(content).hexdigest() != held.sha256:
        yield None
        return
    name = storage.save(f"{uuid.uuid4().hex}.{ENDINGS[held.content_type]}", ContentFile(content))
    scan = Scan(file=name, content_type=held.content_type, size=held.size, sha256=held.sha256)
    try:
        yield scan
    finally:
        if scan.pk is None:
            storage.delete(name)


def release_scan(held: HeldScan) -> None:
    """Let go of what was held, once its form is on record."""
    scan_storage().delete(held.name)


def scan_type(content: bytes) -> str:
    """The media type of a scan, by its content. Raises `ScanRefused` unless it can be read."""
    if not content:
        raise ScanRefused("The file is empty. Please attach the scan again.")
    if len(content) > MAX_BYTES:
        raise ScanRefused("The file is larger than 10 MB. Please scan it with fewer dots per inch.")
    try:
        content_type = puremagic.from_string(content, mime=True)
    except puremagic.PureError:
        content_type = ""
    if content_type not in ENDINGS:
        raise ScanRefused("Please attach a PDF, a PNG or a JPEG; this file is none of them.")
    try:
        pages = _pdf_pages(content) if content_type == "application/pdf" else _pixels(content)
    except ScanRefused:
        raise
    except Exception as error:
        # Given broken bytes, a parser raises whatever it comes across.
        log.info("scan_unreadable", type=content_type, error=repr(error))
        raise ScanRefused(
            "This file is damaged and cannot be opened. Please scan again."
        ) from error
    if not pages:
        raise ScanRefused("This file shows nothing. Please scan the form again.")
    return content_type


def _pdf_pages(content: bytes) -> int:
    """How many pages it has, each of them found."""
    reader = PdfReader(io.BytesIO(content))
    if reader.is_encrypted:
        raise ScanRefused("This PDF asks for a password. Please attach it without one.")
    pages = sum(1 for page in reader.pages if page.mediabox)
    if LAST_LINE not in content.rstrip(b"\0\t\n\f\r ")[-PADDING:]:
        raise ScanRefused("This file does not end as a PDF does. Please attach the scan alone.")
    return pages


def _pixels(content: bytes) -> int:
    """How many pixels it has, all of them decoded."""
    with Image.open(io.BytesIO(content), formats=["PNG", "JPEG"]) as image:
        pixels = image.width * image.height
        if pixels > MAX_PIXELS:
            raise ScanRefused("This picture is too large. Please scan with fewer dots per inch.")
        if LAST_BYTES[image.format or ""] not in content[-PADDING:]:
            raise ScanRefused("This file was cut off. Please attach the whole scan.")
        image.load()
    return pixels


def _forget_unused() -> None:
    """Remove what was held a day ago and longer, and never became part of the record."""
    storage = scan_storage()
    if not storage.exists(HELD):
        return
    for name in storage.listdir(HELD)[1]:
        path = f"{HELD}/{name}"
        try:
            old = datetime.now(UTC) - storage.get_modified_time(path) > HELD_FOR
        except FileNotFoundError:
            continue  # somebody else removed it
        if old:
            storage.delete(path)
