"""On paper: the offer, the comparison, the check page and the receipt, on two sheets at most."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pypdfium2
import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Page
from pypdf import PdfReader

from elections.models import Document, Employee, Grant, Offer
from tests.factory import make_grant, make_required_grant
from tests.views.pages import choices, fill_in, sign

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Visit = Callable[..., Page]
MARGINS = dict.fromkeys(("top", "bottom", "left", "right"), "1.5cm")
SHIPPED = Path(settings.BASE_DIR) / "offers/lantronix-2002/documents"
COLOURED = 24  # of 255, between a pixel's channels: less is the smoothing of letters


@pytest.fixture
def holding(offer: Offer, employee: Employee) -> tuple[Grant, ...]:
    """Seven grants as people hold them, and the documents of the offer that ships."""
    for position, file in enumerate(sorted(SHIPPED.glob("*.md"))):
        Document.objects.update_or_create(
            offer=offer,
            slug=file.stem,
            defaults={
                "title": file.stem.replace("-", " ").capitalize(),
                "position": position,
                "text": file.read_text(),
                "sha256": "0" * 64,
            },
        )
    make_required_grant(employee, "R1")
    make_required_grant(employee, "R2", exercise_price=Decimal("3.25"))
    make_grant(employee, "L1", exercise_price=Decimal("2.40"))
    return tuple(
        make_grant(employee, f"G{n}", kind=kind, exercise_price=Decimal(n + 4))
        for n, kind in enumerate(("ISO", "NSO", "ISO", "NSO"))
    )


def printed(page: Page, path: str) -> bytes:
    page.goto(path)
    return page.pdf(format="Letter", margin=MARGINS, print_background=False)


def assert_prints_well(pdf: bytes, *said: str) -> None:
    """On one or two sheets, in black and white, with this on them and no button."""
    sheets = PdfReader(BytesIO(pdf)).pages
    text = " ".join(" ".join(sheet.extract_text().split()) for sheet in sheets)
    assert len(sheets) <= 2, text
    for sentence in said:
        assert sentence in text
    for button in ("Sign out", "Hide the time left", "Skip to the content", "What these words"):
        assert button not in text
    assert coloured_pixels(pdf) == 0


def coloured_pixels(pdf: bytes) -> int:
    """How many dots of the printed sheets are neither black nor white nor grey."""
    found = 0
    for sheet in pypdfium2.PdfDocument(pdf):
        channels = sheet.render(scale=0.75).to_pil().convert("RGB").tobytes()
        dots = zip(channels[::3], channels[1::3], channels[2::3], strict=True)
        found += sum(max(dot) - min(dot) > COLOURED for dot in dots)
    return found


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_offer_prints_well(visit: Visit, holding: tuple[Grant, ...], scheme: str):
    page = visit("/", color_scheme=scheme)
    assert_prints_well(printed(page, "/"), "The offer in six short answers", "What if I leave?")


def test_the_comparison_prints_well(visit: Visit, holding: tuple[Grant, ...]):
    pdf = printed(visit("/"), "/compare/?new_price=1.50&prices=2+6+10+14+18+20+22+24")
    assert_prints_well(pdf, "None of these figures can be known today", "All together: exchange")


def test_the_check_page_prints_well_and_says_that_it_is_not_submitted(
    visit: Visit, client: Client, holding: tuple[Grant, ...]
):
    token = fill_in(client, choices(exchange=holding[:2], keep=holding[2:]))
    pdf = printed(visit("/"), f"/election/check/?form={token}")
    assert_prints_well(
        pdf,
        "Not submitted yet.",
        "To the Law Department of Lantronix",
        "R1",
        "My name, typed by me below, is my signature",
    )


def test_the_receipt_prints_well(visit: Visit, client: Client, holding: tuple[Grant, ...]):
    token = fill_in(client, choices(exchange=holding[:2], keep=holding[2:]))
    path = sign(client, token).headers["Location"]
    pdf = printed(visit("/"), path)
    assert_prints_well(
        pdf, path.split("/")[2], "Time of record", "What happens next", "It is not an acceptance."
    )
