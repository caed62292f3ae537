"""Reading an offer from its folder, and loading it."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from holidays import country_holidays

from elections import queries
from elections.core.exchange import new_grant_date, new_shares
from elections.core.terms import Terms
from elections.models import Document, InformationSession, Offer, Plan
from elections.services.extend import extend_offer
from elections.services.load_offer import LoadedOffer, load_offer
from elections.services.offer_file import OfferRefused, read_offer
from tests.factory import elect, make_employee, make_grant, make_user
from tests.portal import SetClock

SHIPPED = Path(settings.BASE_DIR, "offers", "lantronix-2002")
OPENS = datetime(2002, 12, 19, 8, 0, tzinfo=UTC)  # midnight in the offer's own zone
MICROSECOND = timedelta(microseconds=1)
Edit = Callable[[str, str], None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped offer, to be edited."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "offer"))


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace a text that stands once in offer.toml."""

    def replace(old: str, new: str) -> None:
        file = folder / "offer.toml"
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, old
        file.write_text(text.replace(old, new), encoding="utf-8")

    return replace


@pytest.fixture
def loaded(db: None, portal_clock: SetClock) -> Offer:
    """The shipped offer, loaded, with the clock inside its period."""
    load_offer(file=read_offer(SHIPPED))
    return queries.current_offer()


def load(folder: Path, **options: Any) -> LoadedOffer:
    return load_offer(file=read_offer(folder), **options)


def problems(folder: Path) -> tuple[str, ...]:
    with pytest.raises(OfferRefused) as refused:
        read_offer(folder)
    return refused.value.problems


def rows() -> list[list[dict[str, Any]]]:
    models = [Offer, Plan, Document, InformationSession]
    return [list(model._default_manager.order_by("pk").values()) for model in models]


def elected(offer: Offer) -> None:
    employee = make_employee()
    elect(employee, make_grant(employee))


def test_the_shipped_file_says_the_terms_of_the_announcement_letter(loaded: Offer) -> None:
    assert loaded.terms() == Terms(
        opens_on=date(2002, 12, 19),
        expiration=datetime(2003, 1, 21, 5, 0, tzinfo=UTC),
        zone="America/Los_Angeles",
        second_zone="America/New_York",
        country="US",
        hired_by=date(2002, 12, 19),
        plans=frozenset({"2000", "1994", "1993", "LW2001", "PR2001"}),
        price_threshold=Decimal("3.01"),
        threshold_inclusive=True,
        required_from=date(2002, 6, 19),
        ratio=Decimal("0.75"),
        new_grant_months=6,
        new_grant_days=1,
        vesting_first_months=6,
        vesting_first_part=Decimal("0.5"),
        vesting_steps=24,
    )
    assert loaded.new_plan == "Lantronix 2000 Stock Plan"
    assert loaded.contacts == ["Vincent Roth", "Michael Oswald", "the Lantronix Law Department"]
    assert [plan.name for plan in Plan.objects.order_by("code")] == [
        "1993 Incentive Stock Option Plan",
        "1994 Nonstatutory Stock Option Plan",
        "Lantronix 2000 Stock Plan",
        "Lightwave 2001 Plan",
        "Premise 2001 Plan",
    ]
    holidays = country_holidays("US")
    assert new_grant_date(loaded.expiration, loaded.terms(), holidays) == date(2003, 7, 21)
    assert new_shares(334, loaded.ratio) == 251


def test_the_shipped_sessions_are_those_of_the_letter(loaded: Offer) -> None:
    sessions = [(s.starts_at, s.ends_at, s.place) for s in loaded.sessions.all()]

    assert sessions == [
        (
            datetime(2002, 12, 19, 23, 30, tzinfo=UTC),
            datetime(2002, 12, 20, 0, 30, tzinfo=UTC),
            "E-Net conference room, Irvine",
        ),
        (
            datetime(2002, 12, 20, 16, 30, tzinfo=UTC),
            datetime(2002, 12, 20, 17, 30, tzinfo=UTC),
            "E-Net conference room, Irvine",
        ),
    ]


def test_the_shipped_documents_are_the_four_of_the_letter_in_order(loaded: Offer) -> None:
    documents = loaded.documents.order_by("position")

    assert [(d.slug, d.title, d.version) for d in documents] == [
        ("offer-to-exchange", "Offer to Exchange", 1),
        ("announcement-letter", "Announcement letter", 1),
        ("election-form", "Election form", 1),
        ("withdrawal-form", "Withdrawal form", 1),
    ]
    for document in documents:
        file = SHIPPED / "documents" / f"{document.slug}.md"
        assert document.sha256 == hashlib.sha256(file.read_bytes()).hexdigest()
        assert document.text == file.read_text(encoding="utf-8")
    # The filed text is not ours to write: whoever reads ours must be told at once.
    assert "It is not the company's Offer to Exchange" in documents[0].text.splitlines()[0]


def test_the_same_file_again_changes_nothing(loaded: Offer) -> None:
    before = rows()

    assert load(SHIPPED).changes == ()
    assert load(SHIPPED / "offer.toml").changes == ()
    assert rows() == before


def test_a_changed_document_is_its_next_version_beside_the_first(
    loaded: Offer, folder: Path
) -> None:
    elected(loaded)
    file = folder / "documents" / "election-form.md"
    first = file.read_bytes()
    file.write_bytes(first + b"\n- One word more.\n")

    assert load(folder).changes == ("Document election-form has version 2.",)

    versions = loaded.documents.filter(slug="election-form").order_by("version")
    assert [(d.version, d.position, d.sha256) for d in versions] == [
        (1, 3, hashlib.sha256(first).hexdigest()),
        (2, 3, hashlib.sha256(file.read_bytes()).hexdigest()),
    ]
    assert load(folder).changes == ()


def test_a_document_that_returns_to_an_older_text_is_a_version_again(
    loaded: Offer, folder: Path
) -> None:
    file = folder / "documents" / "election-form.md"
    first = file.read_bytes()
    file.write_bytes(b"Other terms.")
    load(folder)
    file.write_bytes(first)

    assert load(folder).changes == ("Document election-form has version 3.",)


def test_documents_are_retitled_and_reordered_in_place(
    loaded: Offer, folder: Path, edit: Edit
) -> None:
    edit('title = "Election form"', 'title = "Form of election"')

    assert load(folder).changes == ("Document election-form is number 3, Form of election.",)

    assert loaded.documents.get(slug="election-form").title == "Form of election"


def test_terms_change_until_the_offer_opens(
    loaded: Offer, folder: Path, edit: Edit, portal_clock: SetClock
) -> None:
    portal_clock.set(OPENS - MICROSECOND)
    edit("ratio = 0.75", "ratio = 0.8")
    edit("expiration = 2003-01-20T21:00:00-08:00", "expiration = 2003-01-17T21:00:00-08:00")

    assert load(folder).changes == (
        "expiration was 2003-01-21 05:00:00+00:00 and is now 2003-01-17 21:00:00-08:00.",
        "ratio was 0.750000 and is now 0.8.",
    )

    loaded.refresh_from_db()
    assert loaded.ratio == Decimal("0.8")
    assert loaded.expiration == datetime(2003, 1, 18, 5, 0, tzinfo=UTC)


def test_no_term_changes_from_the_moment_the_offer_opens(
    loaded: Offer, folder: Path, edit: Edit, portal_clock: SetClock
) -> None:
    portal_clock.set(OPENS)
    edit("ratio = 0.75", "ratio = 0.8")
    edit("expiration = 2003-01-20T21:00:00-08:00", "expiration = 2003-01-17T21:00:00-08:00")
    edit('["Vincent Roth", "Michael Oswald", "the Lantronix Law Department"]', '["Vincent Roth"]')
    before = rows()

    for dry_run in (True, False):
        with pytest.raises(OfferRefused) as refused:
            load(folder, dry_run=dry_run)
        assert refused.value.problems == (
            "expiration: cannot change from 2003-01-21 05:00:00+00:00 to 2003-01-17"
            " 21:00:00-08:00: the offer opened on December 19, 2002, and its terms stand from"
            " then on.",
            "ratio: cannot change from 0.750000 to 0.8: the offer opened on December 19, 2002,"
            " and its terms stand from then on.",
        )
    assert rows() == before


def test_an_open_offer_is_not_put_off_by_a_later_opening_day_in_the_file(
    loaded: Offer, folder: Path, edit: Edit, portal_clock: SetClock
) -> None:
    portal_clock.set(OPENS)
    edit("opens_on = 2002-12-19", "opens_on = 2003-02-19")
    edit("expiration = 2003-01-20T21:00:00-08:00", "expiration = 2003-04-20T21:00:00-07:00")

    with pytest.raises(OfferRefused, match="opens_on: cannot change from 2002-12-19"):
        load(folder)


def test_no_plan_joins_an_offer_that_has_opened(loaded: Offer, folder: Path) -> None:
    with (folder / "offer.toml").open("a", encoding="utf-8") as file:
        file.write('\n[[plans]]\ncode = "2003"\nname = "2003 Stock Plan"\n')

    with pytest.raises(OfferRefused, match="plan_codes: cannot change"):
        load(folder)

    assert not Plan.objects.filter(code="2003").exists()


def test_no_term_changes_once_a_form_is_on_record(loaded: Offer, folder: Path, edit: Edit) -> None:
    elected(loaded)
    edit("ratio = 0.75", "ratio = 0.8")
    edit("required_from = 2002-06-19", "required_from = 2002-06-20")
    edit('["Vincent Roth", "Michael Oswald", "the Lantronix Law Department"]', '["Vincent Roth"]')
    before = rows()

    with pytest.raises(OfferRefused) as refused:
        load(folder)

    assert refused.value.problems == (
        "required_from: cannot change from 2002-06-19 to 2002-06-20: forms or extensions are on"
        " record under it.",
        "ratio: cannot change from 0.750000 to 0.8: forms or extensions are on record under it.",
    )
    assert rows() == before


def test_the_schedule_stands_once_the_offer_is_extended(
    loaded: Offer, folder: Path, edit: Edit
) -> None:
    extend_offer(
        actor=make_user(),
        offer=loaded,
        expected=loaded.expiration,
        expiration=loaded.expiration.replace(day=25),
        reason="More time",
    )
    edit("expiration = 2003-01-20T21:00:00-08:00", "expiration = 2003-01-22T21:00:00-08:00")

    with pytest.raises(OfferRefused, match="expiration: cannot change"):
        load(folder)


def test_what_is_no_term_changes_at_any_time(loaded: Offer, folder: Path, edit: Edit) -> None:
    elected(loaded)
    edit('["Vincent Roth", "Michael Oswald", "the Lantronix Law Department"]', '["Vincent Roth"]')
    edit("starts_at = 2002-12-20T08:30:00-08:00", "starts_at = 2003-01-06T08:30:00-08:00")
    edit("ends_at = 2002-12-20T09:30:00-08:00", "ends_at = 2003-01-06T09:30:00-08:00")

    changes = load(folder).changes

    assert len(changes) == 3
    loaded.refresh_from_db()
    assert loaded.contacts == ["Vincent Roth"]
    assert [s.starts_at for s in loaded.sessions.all()] == [
        datetime(2002, 12, 19, 23, 30, tzinfo=UTC),
        datetime(2003, 1, 6, 16, 30, tzinfo=UTC),
    ]


def without_the_withdrawal_form(folder: Path) -> None:
    file = folder / "offer.toml"
    text = file.read_text(encoding="utf-8")
    entry = re.search(r'\[\[documents\]\]\nslug = "withdrawal-form"\n.*\n.*\n', text)
    assert entry
    file.write_text(text.replace(entry[0], ""), encoding="utf-8")


def test_a_document_can_go_only_while_nothing_is_on_record(loaded: Offer, folder: Path) -> None:
    without_the_withdrawal_form(folder)
    elected(loaded)

    with pytest.raises(OfferRefused, match="documents: withdrawal-form is missing"):
        load(folder)

    assert loaded.documents.count() == 4


def test_a_document_that_nobody_has_answered_to_goes(loaded: Offer, folder: Path) -> None:
    without_the_withdrawal_form(folder)

    assert load(folder).changes == ("Document withdrawal-form is gone.",)
    assert loaded.documents.count() == 3


def test_a_dry_run_says_what_would_change_and_changes_nothing(
    loaded: Offer, folder: Path, edit: Edit, portal_clock: SetClock
) -> None:
    portal_clock.set(OPENS - MICROSECOND)
    edit("ratio = 0.75", "ratio = 0.8")
    (folder / "documents" / "election-form.md").write_text("Other terms.", encoding="utf-8")
    before = rows()
    file = read_offer(folder)

    dry = load_offer(file=file, dry_run=True)

    assert rows() == before
    assert load_offer(file=file).changes == dry.changes
    assert len(dry.changes) == 2


def test_another_slug_is_another_offer(loaded: Offer, folder: Path, edit: Edit) -> None:
    edit('slug = "lantronix-2002"', 'slug = "lantronix-2003"')

    assert load(folder).changes[0] == "The offer lantronix-2003 is new."

    assert Offer.objects.count() == 2
    assert Document.objects.count() == 8


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("vesting_steps = 24", "", "vesting_steps: is missing; it must be a whole number"),
        ("ratio = 0.75", 'ratio = "0.75"', "ratio: must be a number, such as 3.01."),
        ("ratio = 0.75", "ratio = 0.75\nrate = 0.75", "rate: there is no such key."),
        ("ratio = 0.75", "ratio = 0.7500001", "ratio: "),
        ("ratio = 0.75", "ratio = 0", "The terms contradict themselves: The ratio is 0"),
        ("price_threshold = 3.01", "price_threshold = 3.00995", "price_threshold: "),
        ("new_grant_days = 1", "new_grant_days = true", "new_grant_days: must be a whole number"),
        ("new_grant_days = 1", "new_grant_days = -1", "new_grant_days: "),
        ("opens_on = 2002-12-19", 'opens_on = "19 Dec"', "opens_on: must be a date"),
        ("opens_on = 2002-12-19", "opens_on = 2002-12-19T00:00:00Z", "opens_on: must be a date"),
        (
            "expiration = 2003-01-20T21:00:00-08:00",
            "expiration = 2003-01-20T21:00:00",
            "expiration: must be an instant with its offset",
        ),
        (
            "expiration = 2003-01-20T21:00:00-08:00",
            "expiration = 2003-01-20T21:00:00-07:00",
            "expiration: 2003-01-20T21:00:00-07:00 is 2003-01-20T20:00:00-08:00 in America/Los",
        ),
        ("opens_on = 2002-12-19", "opens_on = 2002-12-20", "expiration: an offer must stay open"),
        ('zone = "America/Los_Angeles"', 'zone = "America/Irvine"', "The terms contradict"),
        ('country = "US"', 'country = "USA"', "country: "),
        ('slug = "lantronix-2002"', 'slug = "Lantronix 2002"', "slug: "),
        ('["Vincent Roth", ', "[7, ", "contacts: must be a list of names in quotes."),
        ('code = "1994"', 'code = "1993"', "plans, entry 3, code: 1993 is there already."),
        ('code = "1994"', "code = 1994", "plans, entry 2, code: must be text in quotes"),
        (
            'file = "documents/election-form.md"',
            'file = "documents/none.md"',
            "documents, entry 3, file: documents/none.md cannot be read",
        ),
        (
            'file = "documents/election-form.md"',
            'file = "../../secret.md"',
            "documents, entry 3, file: ../../secret.md is outside the offer's folder.",
        ),
        (
            "ends_at = 2002-12-20T09:30:00-08:00",
            "ends_at = 2002-12-20T08:30:00-08:00",
            "sessions, entry 2, ends_at: must be after starts_at.",
        ),
    ],
)
def test_a_mistake_in_the_file_is_named_by_its_key(
    folder: Path, edit: Edit, old: str, new: str, problem: str
) -> None:
    edit(old, new)

    (found,) = problems(folder)

    assert found.startswith(problem), found


def test_every_mistake_is_named(folder: Path, edit: Edit) -> None:
    edit("vesting_steps = 24", "vesting_steps = 24.5")
    edit('country = "US"', "")
    edit('slug = "election-form"', "")

    assert [problem.split(":")[0] for problem in problems(folder)] == [
        "country",
        "vesting_steps",
        "documents, entry 3, slug",
    ]


def test_an_expiration_may_be_written_in_utc(folder: Path, edit: Edit) -> None:
    edit("expiration = 2003-01-20T21:00:00-08:00", "expiration = 2003-01-21T05:00:00Z")

    assert read_offer(folder).columns["expiration"] == datetime(2003, 1, 21, 5, 0, tzinfo=UTC)


def test_a_file_that_cannot_be_read_is_refused_in_one_sentence(tmp_path: Path) -> None:
    (nowhere,) = problems(tmp_path)
    assert nowhere.endswith("offer.toml cannot be read: No such file or directory.")

    (tmp_path / "offer.toml").write_text("slug = ", encoding="utf-8")
    (broken,) = problems(tmp_path)
    assert "is not TOML" in broken

    (tmp_path / "offer.toml").write_bytes(b'slug = "caf\xe9"')
    (encoded,) = problems(tmp_path)
    assert encoded.endswith("is not UTF-8 text.")


def test_a_document_in_another_encoding_is_refused(folder: Path) -> None:
    (folder / "documents" / "election-form.md").write_bytes("José".encode("latin-1"))

    assert problems(folder) == (
        "documents, entry 3, file: documents/election-form.md is not UTF-8 text.",
    )
