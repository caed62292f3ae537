"""What a change of standing does is said first, then recorded and mailed; the record stays."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from elections import queries
from elections.core.status_change import Effect
from elections.models import (
    AuditEntry,
    Employee,
    Extension,
    Offer,
    OutboxMessage,
    RosterUpload,
    StatusChange,
    Submission,
)
from elections.models.audit import Act
from elections.services.status import StatusEffect, effects_of, record_effects
from tests.factory import (
    DURING_OFFER,
    EXPIRATION,
    decline,
    elect,
    extend,
    make_employee,
    make_grant,
    make_user,
    withdraw,
)
from tests.portal import SetClock


def effect(
    employee: Employee, offer: Offer, at: datetime = DURING_OFFER, **new: Any
) -> StatusEffect:
    """What these new values do to one person."""
    [found] = effects_of([(employee, new)], offer=Offer.objects.get(pk=offer.pk), at=at)
    return found


def test_only_what_differs_is_kept_as_plain_values(offer: Offer) -> None:
    employee = make_employee()
    new = {
        "country": "US",
        "left_on": date(2003, 1, 10),
        "is_director": True,
        "name": "Somebody Else",
    }

    found = effect(employee, offer, **new)

    assert found.before == {"left_on": None, "is_director": False}
    assert found.after == {"left_on": "2003-01-10", "is_director": True}
    assert effects_of([(employee, {"country": "US"})], offer=offer, at=DURING_OFFER) == []


def test_saying_what_a_change_does_writes_nothing(offer: Offer) -> None:
    employee = make_employee()

    effect(employee, offer, country="GB")

    assert not StatusChange.objects.exists()
    assert Employee.objects.get(pk=employee.pk).country == "US"


def test_an_election_is_named_and_kept_and_said_to_hang_on_the_expiration(offer: Offer) -> None:
    employee = make_employee()
    submission = elect(employee, make_grant(employee), make_grant(employee))

    found = effect(employee, offer, country="GB")

    assert (found.code, found.affects_election) == (Effect.CLOSED, True)
    assert f"By your election {submission.receipt}, received at 10:00 AM PST" in found.effect
    assert "2 grants are to be exchanged. That stays on record" in found.effect


def test_what_governs_is_what_counts_for_the_effect(offer: Offer, portal_clock: SetClock) -> None:
    employee = make_employee()
    first, second = make_grant(employee), make_grant(employee)
    elect(employee, first, second)
    portal_clock.tick(minutes=1)
    part = withdraw(employee, first)

    assert f"your withdrawal {part.receipt}" in effect(employee, offer, country="GB").effect
    assert "1 grant is to be exchanged" in effect(employee, offer, country="GB").effect

    portal_clock.tick(minutes=1)
    decline(employee)

    found = effect(employee, offer, country="GB")
    assert not found.affects_election
    assert "to be exchanged" not in found.effect


def test_someone_elses_election_is_nobodys_concern(offer: Offer) -> None:
    other = make_employee()
    elect(other, make_grant(other))

    assert not effect(make_employee(), offer, country="GB").affects_election


@pytest.mark.parametrize("named_at_most", [500, 1])
def test_it_takes_as_many_queries_for_many_people_as_for_one(
    offer: Offer, monkeypatch: pytest.MonkeyPatch, named_at_most: int
) -> None:
    monkeypatch.setattr(queries, "NAMED_AT_MOST", named_at_most)
    people = [make_employee() for _ in range(4)]
    receipts = {p.pk: elect(p, make_grant(p)).receipt for p in people}
    taken = []
    for some in (people[:1], people[:3]):
        with CaptureQueriesContext(connection) as captured:
            found = effects_of(
                [(one, {"is_director": True}) for one in some],
                offer=Offer.objects.get(pk=offer.pk),
                at=DURING_OFFER,
            )
        taken.append(len(captured))
        assert all(receipts[one.employee.pk] in one.effect for one in found)

    assert taken == [4, 4]  # the offer, its extensions, what governs, what that exchanges


def test_the_deadline_in_force_is_the_one_named(offer: Offer) -> None:
    extension: Extension = extend(offer)

    found = effect(make_employee(country="GB"), offer, country="US")

    assert "received before 9:00 PM PST on January 27, 2003 (midnight Eastern)" in found.effect
    assert extension.expiration == EXPIRATION + timedelta(days=7)


def test_before_the_offer_opens_and_without_one_nobody_is_told_anything(offer: Offer) -> None:
    employee = make_employee()
    early = datetime(2002, 12, 19, 7, 59, tzinfo=UTC)  # 11:59 PM PST on December 18

    before = effect(employee, offer, at=early, country="GB")
    [without] = effects_of([(employee, {"country": "GB"})], offer=None, at=DURING_OFFER)

    assert (before.code, before.effect, before.after) == (Effect.NONE, "", {"country": "GB"})
    assert (without.code, without.effect, without.after) == (Effect.NONE, "", {"country": "GB"})
    opened = effect(employee, offer, at=early + timedelta(minutes=1), country="GB")
    assert opened.code == Effect.CLOSED


def test_effects_are_recorded_and_mailed_to_whoever_is_told_something(offer: Offer) -> None:
    hr = make_user()
    upload = RosterUpload.objects.create(
        uploaded_by=hr, uploaded_at=DURING_OFFER, employees="e.csv", grants="g.csv"
    )
    told, not_told = make_employee(), make_employee(country="GB")
    effects = effects_of(
        [(told, {"country": "GB"}), (not_told, {"country": "FR"})], offer=offer, at=DURING_OFFER
    )

    mailed = record_effects(effects, actor=hr, upload=upload, at=DURING_OFFER)

    assert mailed == 1
    one, other = StatusChange.objects.order_by("pk")
    assert (one.employee, one.changed_by, one.upload, one.offer) == (told, hr, upload, offer)
    assert (one.before, one.after) == ({"country": "US"}, {"country": "GB"})
    assert one.effect == effects[0].effect != ""
    assert one.changed_at == DURING_OFFER
    assert (other.employee, other.effect) == (not_told, "")
    mail = OutboxMessage.objects.get()
    assert (mail.kind, mail.status_change, mail.recipient) == ("status", one, told.email)
    assert Employee.objects.get(pk=told.pk).country == "US"  # the caller writes the roster
    assert not AuditEntry.objects.filter(act=Act.STATUS).exists()


def test_mail_goes_to_the_address_that_the_roster_has_by_then(offer: Offer) -> None:
    employee = make_employee()
    effects = effects_of([(employee, {"country": "GB"})], offer=offer, at=DURING_OFFER)
    Employee.objects.filter(pk=employee.pk).update(email="new@example.com")

    record_effects(effects, actor=None, at=DURING_OFFER)

    assert OutboxMessage.objects.get().recipient == "new@example.com"


def test_recording_takes_as_many_queries_for_many_people_as_for_one(offer: Offer) -> None:
    taken = []
    for count in (1, 3):
        changes = [(make_employee(), {"country": "GB"}) for _ in range(count)]
        effects = effects_of(changes, offer=offer, at=DURING_OFFER)
        with CaptureQueriesContext(connection) as captured:
            assert record_effects(effects, actor=None, at=DURING_OFFER) == count
        taken.append(len([q for q in captured if "SAVEPOINT" not in q["sql"]]))

    assert taken == [3, 3]  # the people, the changes, the mails


def test_nothing_on_record_is_touched(offer: Offer) -> None:
    employee = make_employee()
    submission = elect(employee, make_grant(employee))

    effects = effects_of([(employee, {"country": "GB"})], offer=offer, at=DURING_OFFER)
    record_effects(effects, actor=None, at=DURING_OFFER)

    assert list(Submission.objects.all()) == [submission]
    assert queries.governing_submission(offer, employee) == submission
