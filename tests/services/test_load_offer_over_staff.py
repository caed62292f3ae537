"""Loading an offer again does not put its file over what staff published or changed meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings

from elections import queries
from elections.models import AuditEntry, Document, InformationSession, Offer, User
from elections.services.documents import publish_document, publish_version
from elections.services.load_offer import LoadedOffer, load_offer
from elections.services.offer_file import OfferRefused, read_offer
from elections.services.sessions import (
    Meeting,
    add_session,
    announced,
    cancel_session,
    change_session,
    version_of,
)
from tests.factory import elect, make_employee, make_grant, make_user
from tests.portal import SetClock

SHIPPED = Path(settings.BASE_DIR, "offers", "lantronix-2002")
Load = Callable[..., LoadedOffer]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped offer, to be edited."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "offer"))


@pytest.fixture
def load(folder: Path, db: None, portal_clock: SetClock) -> Load:
    """Load the folder as it is by now; it is loaded once already."""

    def loading(**options: bool) -> LoadedOffer:
        return load_offer(file=read_offer(folder), **options)

    loading()
    return loading


@pytest.fixture
def staff(load: Load) -> User:
    return make_user("law@example.com", is_staff=True)


def newest(slug: str) -> Document:
    return Document.objects.filter(slug=slug).latest("version")


def move(session: InformationSession, actor: User, **by: float) -> None:
    """Announce the session so much later."""
    old = announced(session)
    later = {"starts_at": old.starts_at + timedelta(**by), "ends_at": old.ends_at + timedelta(**by)}
    meeting = replace(old, **later)
    change_session(actor=actor, session=session, seen=version_of(session), meeting=meeting)


def sessions() -> list[dict[str, object]]:
    return list(InformationSession.objects.order_by("pk").values())


def test_a_text_that_staff_published_stays_in_force_and_is_named(load: Load, staff: User) -> None:
    publish_version(actor=staff, document=newest("election-form"), text="Staff's words.")

    loaded = load()

    assert loaded.changes == ()
    assert loaded.left == (
        "Document election-form says something else in the file; staff published version 2,"
        " which stays in force.",
    )
    assert (newest("election-form").version, newest("election-form").text) == (2, "Staff's words.")


def test_a_new_text_in_the_file_does_not_replace_the_one_that_staff_published(
    load: Load, staff: User, folder: Path
) -> None:
    publish_version(actor=staff, document=newest("election-form"), text="Staff's words.")
    (folder / "documents" / "election-form.md").write_text("The file's.", encoding="utf-8")

    assert len(load().left) == 1
    assert newest("election-form").text == "Staff's words."


def test_once_the_file_says_what_staff_published_nothing_is_left(
    load: Load, staff: User, folder: Path
) -> None:
    publish_version(actor=staff, document=newest("election-form"), text="Staff's words.")
    (folder / "documents" / "election-form.md").write_text("Staff's words.", encoding="utf-8")

    loaded = load()

    assert (loaded.changes, loaded.left) == ((), ())


def test_by_force_the_files_text_is_the_next_version_and_both_stay(
    load: Load, staff: User, folder: Path
) -> None:
    publish_version(actor=staff, document=newest("election-form"), text="Staff's words.")

    loaded = load(force=True)

    assert (loaded.changes, loaded.left) == (("Document election-form has version 3.",), ())
    assert newest("election-form").text == (folder / "documents" / "election-form.md").read_text(
        encoding="utf-8"
    )
    assert Document.objects.filter(slug="election-form", text="Staff's words.").exists()
    entry = AuditEntry.objects.first()
    assert (entry.act, entry.actor) == ("document", None)
    assert entry.subject == "lantronix-2002, election-form, version 3"


@pytest.mark.parametrize("answered", [False, True])
def test_a_document_that_only_staff_have_is_left_also_with_forms_on_record(
    load: Load, staff: User, answered: bool
) -> None:
    offer = queries.current_offer()
    publish_document(actor=staff, offer=offer, title="Questions and answers", text="Why?")
    if answered:
        person = make_employee()
        elect(person, make_grant(person))

    loaded = load()

    assert loaded.left == (
        "Document questions-and-answers is not in the file; staff published it.",
    )
    assert newest("questions-and-answers").text == "Why?"


def test_by_force_it_goes_unless_forms_on_record_name_it(load: Load, staff: User) -> None:
    offer = queries.current_offer()
    publish_document(actor=staff, offer=offer, title="Questions and answers", text="Why?")
    assert load(force=True).changes == ("Document questions-and-answers is gone.",)
    publish_document(actor=staff, offer=offer, title="Questions and answers", text="Why?")
    person = make_employee()
    elect(person, make_grant(person))

    with pytest.raises(OfferRefused, match="questions-and-answers is missing, but forms on record"):
        load(force=True)


def test_sessions_that_staff_moved_canceled_or_added_stay_and_are_named(
    load: Load, staff: User
) -> None:
    first, second = Offer.objects.get().sessions.all()
    move(first, staff, days=1, hours=2)
    cancel_session(actor=staff, session=second)
    start = second.ends_at + timedelta(days=3)
    meeting = Meeting(starts_at=start, ends_at=start + timedelta(hours=1), place="Boston")
    add_session(actor=staff, offer=first.offer, meeting=meeting)
    before = sessions()

    loaded = load()

    assert sessions() == before
    assert loaded.changes == ()
    assert loaded.left == (
        "The information session of 2002-12-19T15:30:00-08:00 is another in the file; staff"
        " changed it.",
        "The information session of 2002-12-20T08:30:00-08:00 is another in the file; staff"
        " canceled it.",
        "The information session of 2002-12-23T17:30:00+00:00 is not in the file; staff"
        " announced it.",
    )


def test_by_force_the_sessions_are_the_files_again(load: Load, staff: User) -> None:
    before = [(s.starts_at, s.ends_at, s.place) for s in InformationSession.objects.all()]
    first, second = Offer.objects.get().sessions.all()
    start = first.starts_at
    move(first, staff, days=5)
    # Another one begins now when the file's first does: the two must not meet on the way.
    move(second, staff, seconds=(start - second.starts_at).total_seconds())

    loaded = load(force=True)

    assert loaded.left == ()
    after = list(InformationSession.objects.all())
    assert [(s.starts_at, s.ends_at, s.place) for s in after] == before
    assert {s.edited_by for s in after} == {None}
    removed = AuditEntry.objects.filter(act="session", subject__endswith="removed")
    assert removed.count() == 2
    again = load()
    assert (again.changes, again.left) == ((), ())


def test_the_files_own_sessions_still_follow_the_file(load: Load, folder: Path) -> None:
    file = folder / "offer.toml"
    text = file.read_text(encoding="utf-8").replace("E-Net conference room", "The cafeteria")
    file.write_text(text, encoding="utf-8")

    loaded = load()

    assert (len(loaded.changes), loaded.left) == (2, ())
    assert {s.place for s in InformationSession.objects.all()} == {"The cafeteria, Irvine"}


def test_a_dry_run_names_what_would_be_left_and_forces_nothing(load: Load, staff: User) -> None:
    publish_version(actor=staff, document=newest("election-form"), text="Staff's words.")

    assert len(load(dry_run=True).left) == 1
    assert load(dry_run=True, force=True).changes == ("Document election-form has version 3.",)
    assert newest("election-form").version == 2
