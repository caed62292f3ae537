"""`manage.py demo_clock`."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from elections import clock
from elections.models import DemoClock
from tests.portal import SetClock

pytestmark = pytest.mark.django_db


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.PORTAL_DEMO = True


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("demo_clock", *arguments, stdout=out)
    return out.getvalue()


def test_it_shows_the_instant_and_ticks_on(demo: None, portal_clock: SetClock) -> None:
    printed = run("2003-01-20T20:59:30-08:00")

    assert printed == "The demo's clock shows 2003-01-20T20:59:30-08:00.\n"
    assert clock.now() == datetime(2003, 1, 21, 4, 59, 30, tzinfo=UTC)
    portal_clock.tick(seconds=31)
    assert clock.now() == datetime(2003, 1, 21, 5, 0, 1, tzinfo=UTC)


def test_it_takes_any_offset(demo: None, portal_clock: SetClock) -> None:
    run("2003-07-20T20:59:30+09:00")

    assert clock.now() == datetime(2003, 7, 20, 11, 59, 30, tzinfo=UTC)


def test_the_default_is_for_a_clock_never_set(demo: None, portal_clock: SetClock) -> None:
    run("--default")
    assert clock.now() == datetime(2003, 1, 15, 18, 0, tzinfo=UTC)

    portal_clock.tick(days=1)
    run("--default")
    assert clock.now() == datetime(2003, 1, 16, 18, 0, tzinfo=UTC)


def test_the_default_leaves_a_clock_that_was_set(demo: None, portal_clock: SetClock) -> None:
    run("2003-01-20T20:59:30-08:00")
    run("--default")

    assert clock.now() == datetime(2003, 1, 21, 4, 59, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["2003-01-20T20:59:30"], "has no offset, so it says no instant"),
        (["2003-01-20"], "has no offset, so it says no instant"),
        (["tomorrow"], "is not an instant such as 2003-01-20T21:00:00-08:00"),
        (["0001-01-01T00:00:00+14:00"], "is not an instant"),
        ([], "one of the arguments"),
        (["2003-01-20T20:59:30-08:00", "--default"], "not allowed with"),
    ],
)
def test_what_is_no_instant_is_refused_in_a_sentence(
    demo: None, arguments: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        run(*arguments)

    assert not DemoClock.objects.exists()


@pytest.mark.parametrize("argument", ["2003-01-20T20:59:30-08:00", "--default"])
def test_it_refuses_outside_demo_mode(settings: Settings, argument: str) -> None:
    settings.PORTAL_DEMO = False
    DemoClock.objects.create(offset=timedelta(days=-1))

    with pytest.raises(CommandError, match="can only be moved in demo mode"):
        run(argument)

    assert DemoClock.objects.get().offset == timedelta(days=-1)
