"""The whole story, once through: read this first.

An employee elects, thinks again, withdraws, elects anew. Law finds a form irregular, HR extends the
offer, and in the end a form comes in late. All of it over HTTP, as people do it, against the
running portal: gunicorn, a real Celery worker on Redis, the sweeper, PostgreSQL, and the mail that
they send.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO

import pypdf
import pytest

from tests.e2e.running import Portal, running_portal

pytestmark = [pytest.mark.postgres, pytest.mark.redis, pytest.mark.worker]

EVELYN = "employee@example.com"
# Five of her grants can be chosen freely; 00000428 and 00000429 are dated inside the look-back and
# go along with any of them, whatever their price; 00000427 is priced below $3.01 and stays hers.
KEEP_ALL = {
    f"grant-{number}": "keep"
    for number in ("00000031", "00000418", "00000420", "00000423", "00000425")
}


@pytest.fixture(scope="module")
def portal(tmp_path_factory: pytest.TempPathFactory, django_db_setup: None) -> Iterator[Portal]:
    with running_portal(tmp_path_factory.mktemp("portal")) as running:
        yield running


def test_from_the_announcement_to_a_late_form(portal: Portal) -> None:
    # It is 10 o'clock in the morning of January 15, 2003. Evelyn has not answered yet.
    evelyn = portal.visitor(EVELYN)
    assert "You have not answered yet" in evelyn.open("/")
    assert "9:00 PM PST on January 20, 2003 (midnight Eastern)" in evelyn.page

    # She elects two grants. The two required ones follow, and the check page says so.
    evelyn.open("/election/")
    two = {"grant-00000418": "exchange", "grant-00000423": "exchange"}
    evelyn.send("form[data-election]", **KEEP_ALL | two)
    assert evelyn.path.startswith("/election/check/")
    assert "Not submitted yet" in evelyn.page
    for grant in ("00000418", "00000423", "00000428", "00000429"):
        assert grant in evelyn.page
    evelyn.send("form.signing", agree=True, signature="Evelyn Example")
    election = receipt_of(evelyn.path)
    assert "Your election is on record" in evelyn.page

    # The mail names the receipt, and its PDF is the one she can download: 334 shares become 251.
    mail = portal.mail(to=EVELYN, about=election)
    assert mail["Auto-Submitted"] == "auto-generated"
    (pdf,) = [part.get_content() for part in mail.iter_attachments()]
    assert pdf == evelyn.download(f"/submissions/{election}.pdf")
    text = pdf_text(pdf)
    for said in (election, "Evelyn Example", "334", "251", "January 20, 2003", "not acceptance"):
        assert said in text, text
    assert "Sent to employee@example.com" in evelyn.open(f"/submissions/{election}/")

    # She takes one of the two back. The required ones stay with the other.
    evelyn.open("/withdrawal/")
    evelyn.send("form#withdraw-form", **{"withdraw-00000418": True})
    evelyn.send("form.signing", signature="Evelyn Example")
    withdrawal = receipt_of(evelyn.path)
    assert exchanged(portal) == {"00000423", "00000428", "00000429"}

    # And elects again: three of them now. The last form is the one that governs.
    evelyn.open("/election/")
    three = two | {"grant-00000420": "exchange"}
    evelyn.send("form[data-election]", **KEEP_ALL | three)
    evelyn.send("form.signing", agree=True, signature="E. E.")
    again = receipt_of(evelyn.path)
    assert withdrawal in evelyn.page  # it says what it replaces
    assert exchanged(portal) == {"00000418", "00000420", "00000423", "00000428", "00000429"}

    # Law finds that last form irregular: she is told why, and the withdrawal governs again.
    law = portal.visitor("law@example.com")
    law.open(f"/admin/elections/submission/?q={again}")
    law.follow(again)
    law.send("form.decision", verdict="irregular", reason="Please sign with your full name.")
    irregular = portal.mail(to=EVELYN, about="Please sign with your full name.")
    assert again in str(irregular.get_body(("plain",)))
    assert exchanged(portal) == {"00000423", "00000428", "00000429"}

    # HR extends the offer by a week; everyone concerned is mailed the new date.
    hr = portal.visitor("hr@example.com")
    hr.open("/admin/elections/offer/")
    hr.follow("Voluntary Stock Option Exchange Program")
    hr.follow("Extend the offer")
    hr.send("form.extension", day="2003-01-27", time="21:00", reason="More time for everyone.")
    hr.send("form.extension")
    extension = portal.mail(to=EVELYN, about="New deadline")
    assert "9:00 PM PST on January 27, 2003" in str(extension.get_body(("plain",)))
    assert "9:00 PM PST on January 27, 2003" in evelyn.open("/")

    # She fills in a form in time, and sends it on the stroke of the new deadline. That is late.
    evelyn.open("/election/")
    evelyn.send("form[data-election]", **KEEP_ALL | two)
    portal.manage("demo_clock", "2003-01-27T21:00:00-08:00")
    evelyn.send("form.signing", agree=True, signature="Evelyn Example")
    late = receipt_of(evelyn.path)
    assert "Your election arrived late" in evelyn.page
    assert f"What counts is your earlier withdrawal {withdrawal}" in evelyn.page
    assert "late" in str(portal.mail(to=EVELYN, about=late)["Subject"])
    assert exchanged(portal) == {"00000423", "00000428", "00000429"}

    # Every form of hers is on record, each has one mail, and the chain of them holds.
    history = evelyn.open("/submissions/")
    for receipt in (election, withdrawal, again, late):
        assert receipt in history
    assert json.loads(portal.manage("verify_ledger", "--json"))["holds"] is True
    receipts = [m["Message-ID"] for m in portal.mails() if EVELYN in m["To"]]
    assert len(receipts) == len(set(receipts)) == 6  # four forms, one decision, one extension


def receipt_of(path: str) -> str:
    """The receipt code in the address of a receipt page."""
    _, submissions, receipt, end = path.split("/")
    assert (submissions, end) == ("submissions", "")
    return receipt


def exchanged(portal: Portal) -> set[str]:
    """The grants that are elected at this moment, by the register."""
    rows = json.loads(portal.manage("register", "--format", "json"))["rows"]
    return {row["grant_number"] for row in rows}


def pdf_text(pdf: bytes) -> str:
    """The text of a PDF, white space folded."""
    pages = pypdf.PdfReader(BytesIO(pdf)).pages
    return " ".join(" ".join(page.extract_text() for page in pages).split())
