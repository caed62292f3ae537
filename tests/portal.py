"""Fixtures for tests that need the portal's clock and an offer; loaded by conftest.py."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.test import TransactionTestCase

from elections import clock
from elections.models import Offer
from elections.models.append_only import drop_triggers, install_triggers
from tests.factory import DURING_OFFER, make_offer


class SetClock:
    """The time of record that the test wants; stands still until it is set or moved on."""

    def __init__(self) -> None:
        self.instant = DURING_OFFER

    def set(self, instant: datetime) -> None:
        """Make it `instant` (aware) from now on."""
        self.instant = instant

    def tick(self, **delta: float) -> None:
        """Move on by `timedelta(**delta)`."""
        self.instant += timedelta(**delta)


@pytest.fixture
def portal_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """The portal's clock in the test's hands, beginning at 10:00 AM PST on January 15, 2003."""
    hand = SetClock()
    monkeypatch.setattr(clock, "database_clock", lambda: hand.instant)
    return hand


@pytest.fixture
def offer(db: None, portal_clock: SetClock) -> Offer:
    """The first offer, with the portal's clock inside its period."""
    return make_offer()


@pytest.fixture
def committed(
    django_capture_on_commit_callbacks: Callable[..., object],
) -> Callable[..., object]:
    """Run what waits for a commit, as a real commit would: `with committed(): ...`."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


@pytest.fixture(scope="session", autouse=True)
def emptying_the_database_lifts_its_guards() -> Iterator[None]:
    """Let the tests that really commit be cleaned up after, which the triggers would refuse."""
    empty = TransactionTestCase._fixture_teardown

    def lift_and_empty(case: TransactionTestCase) -> None:
        drop_triggers(connection)
        try:
            empty(case)
        finally:
            install_triggers(connection)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lift_and_empty)
        yield
