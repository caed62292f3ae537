"""Sessions that are in use while they are ended, over several processes of a real web server."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
from django.conf import settings

from elections import clock
from elections.browser_sessions import end_sessions
from elections.models import BrowserSession, Employee, User
from tests.factory import make_employee, make_offer, make_user
from tests.views.pages import signed_in
from tests.web_server import WebServer, web_server

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

BROWSERS = 8


@pytest.fixture
def pat(transactional_db: None) -> Employee:
    make_offer(expiration=clock.database_clock() + timedelta(days=1))
    user = make_user("pat@example.com", name="Pat Example", password="three-quarters")
    return make_employee(user=user)


def set_password(user: User) -> None:
    user.set_password("another-long-password")
    user.save()


def disable(user: User) -> None:
    user.is_active = False
    user.save()


@pytest.mark.parametrize("end", [set_password, disable, end_sessions])
def test_once_they_are_ended_no_browser_gets_another_page(
    pat: Employee, tmp_path: Path, end: Callable[[User], object]
) -> None:
    """All browsers go on asking; what each began to ask after the end is answered by a sign-in."""
    assert pat.user
    keys = [signed_in(pat).cookies[settings.SESSION_COOKIE_NAME].value for _ in range(BROWSERS)]
    ended, seen = Event(), [Event() for _ in keys]

    def go_on(server: WebServer, key: str, was_in: Event) -> list[int]:
        after = []
        while len(after) < 3:
            over = ended.is_set()
            status = server.get("/submissions/", session=key).status
            if over:
                after.append(status)
            elif status == 200:
                was_in.set()
        return after

    with web_server(tmp_path) as server, ThreadPoolExecutor(BROWSERS) as pool:
        going = [
            pool.submit(go_on, server, key, was_in) for key, was_in in zip(keys, seen, strict=True)
        ]
        assert all(was_in.wait(60) for was_in in seen)
        end(pat.user)
        ended.set()
        answers = [answer for one in going for answer in one.result(60)]

    assert answers == [302] * 3 * BROWSERS
    if end is not set_password:
        assert not BrowserSession.objects.filter(user=pat.user).exists()


def test_a_session_that_is_in_use_everywhere_at_once_is_moved_on_and_stays_whole(
    pat: Employee, tmp_path: Path
) -> None:
    key = signed_in(pat).cookies[settings.SESSION_COOKIE_NAME].value
    soon = clock.database_clock() + timedelta(minutes=2)
    BrowserSession.objects.filter(pk=key).update(expire_date=soon)

    with web_server(tmp_path) as server:
        answers = server.at_once([lambda s: s.get("/submissions/", session=key)] * 40)

    assert {answer.status for answer in answers} == {200}
    assert BrowserSession.objects.get(pk=key).expire_date > soon + timedelta(minutes=50)
