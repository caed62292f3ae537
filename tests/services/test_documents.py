"""Publishing documents: each version is kept with its digest, and the latest is in force."""

from __future__ import annotations

import hashlib

import pytest

from elections import queries
from elections.core.problems import Code
from elections.models import AuditEntry, Document, Offer, User
from elections.services.documents import (
    NotPublished,
    Published,
    publish_document,
    publish_version,
)
from tests.factory import elect, make_employee, make_grant, make_user
from tests.portal import SetClock

TEXT = "# The offer\n\nPlease read – at once.\n"


@pytest.fixture
def law(db: None) -> User:
    return make_user("law@example.com", is_staff=True)


@pytest.fixture
def letter(offer: Offer) -> Document:
    return offer.documents.get()


def published(outcome: object) -> Document:
    assert isinstance(outcome, Published), outcome
    return outcome.document


def codes(outcome: object) -> list[str]:
    assert isinstance(outcome, NotPublished), outcome
    return [problem.code for problem in outcome.problems]


def test_a_new_version_is_in_force_and_the_earlier_one_is_kept(
    offer: Offer, law: User, letter: Document, portal_clock: SetClock
) -> None:
    document = published(publish_version(actor=law, document=letter, text=TEXT))

    assert (document.version, document.slug, document.title) == (2, letter.slug, letter.title)
    assert (document.published_by, document.published_at) == (law, portal_clock.instant)
    assert document.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()
    assert queries.document_digests(offer) == {letter.slug: document.sha256}
    assert Document.objects.get(pk=letter.pk).text == "Please read immediately."
    entry = AuditEntry.objects.get()
    assert (entry.act, entry.actor) == ("document", law)
    assert entry.details == {"sha256": document.sha256}


def test_the_last_version_is_in_force_in_whatever_order_the_rows_lie(
    offer: Offer, letter: Document
) -> None:
    for version in (3, 2):
        same = {"offer": offer, "slug": letter.slug, "title": letter.title, "position": 1}
        Document.objects.create(**same, version=version, text="", sha256=f"{version:064d}")

    assert queries.document_digests(offer) == {letter.slug: f"{3:064d}"}


def test_a_form_names_the_version_in_force_when_it_was_received(
    offer: Offer, law: User, letter: Document
) -> None:
    before, after = make_employee(), make_employee()
    first = elect(before, make_grant(before))
    document = published(publish_version(actor=law, document=letter, text=TEXT))
    second = elect(after, make_grant(after))

    assert first.documents == {letter.slug: letter.sha256}
    assert second.documents == {letter.slug: document.sha256}


def test_line_ends_of_a_browser_do_not_change_the_digest(law: User, letter: Document) -> None:
    typed = TEXT.replace("\n", "\r\n")

    document = published(publish_version(actor=law, document=letter, text=typed))

    assert document.text == TEXT
    assert document.sha256 == hashlib.sha256(TEXT.encode()).hexdigest()


def test_the_same_text_again_is_no_version(law: User, letter: Document) -> None:
    document = published(publish_version(actor=law, document=letter, text=TEXT))

    again = publish_version(actor=law, document=document, text=TEXT)

    assert codes(again) == [Code.DOCUMENT_UNCHANGED]
    assert Document.objects.count() == 2


def test_a_text_made_from_an_older_version_does_not_replace_one_published_meanwhile(
    law: User, letter: Document
) -> None:
    publish_version(actor=law, document=letter, text=TEXT)

    stale = publish_version(actor=make_user(), document=letter, text="Something else.")

    assert codes(stale) == [Code.DOCUMENT_PUBLISHED_MEANWHILE]
    assert Document.objects.count() == 2


def test_a_new_document_comes_last_in_reading_order(offer: Offer, law: User) -> None:
    document = published(
        publish_document(actor=law, offer=offer, title=" Questions  & answers ", text=TEXT)
    )

    assert (document.slug, document.title) == ("questions-answers", "Questions & answers")
    assert (document.position, document.version) == (2, 1)
    assert set(queries.document_digests(offer)) == {"announcement-letter", "questions-answers"}


def test_a_title_that_is_taken_is_refused(offer: Offer, law: User) -> None:
    taken = publish_document(actor=law, offer=offer, title="Announcement letter!", text=TEXT)

    assert codes(taken) == [Code.DOCUMENT_NAME_TAKEN]
    assert Document.objects.count() == 1
