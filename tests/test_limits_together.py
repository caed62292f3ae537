"""200 tries at once, over four processes of a real web server, with no Redis: not one too many."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client, RequestFactory

from elections import clock, limits
from elections.limits import Rate
from elections.models import Employee, Submission, Tries
from elections.services.drafts import mint_token
from elections.services.submit import FORMS_AT_MOST
from tests.concurrency import at_once
from tests.factory import make_employee, make_offer, make_user
from tests.views.pages import signed_in
from tests.web_server import WORKERS, Answer, WebServer, web_server

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]

TRIES = 200
WRONG = {"login": "pat@example.com", "password": "wrong"}
ASKING = {"email": "pat@example.com"}


@pytest.fixture
def pat(transactional_db: None) -> Employee:
    """Someone with an account, while an offer has just expired."""
    make_offer(expiration=clock.database_clock() - timedelta(hours=1))
    user = make_user("pat@example.com", name="Pat Example", password="three-quarters")
    return make_employee(user=user)


def said(answers: list[Answer], *sentences: str) -> list[int]:
    """How many of the answers hold each of these sentences."""
    return [sum(sentence in answer.body for answer in answers) for sentence in sentences]


def statuses(answers: list[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)


def test_of_200_wrong_passwords_at_once_ten_are_looked_at(pat: Employee, tmp_path: Path) -> None:
    with web_server(tmp_path) as server:
        answers = server.at_once([lambda s: s.post("/accounts/login/", WRONG)] * TRIES)

        assert statuses(answers) == {200: TRIES}
        assert said(answers, "do not go together", "Too many wrong") == [10, 190]
        assert server.log.read_text().count("too_many_tries") == 190
    row = Tries.objects.get(counter__contains="/place")
    assert row.count == 10


def test_where_each_process_counts_by_itself_more_are_looked_at(
    pat: Employee, tmp_path: Path
) -> None:
    with web_server(tmp_path, application="tests.counting_by_itself:application") as server:
        answers = server.at_once([lambda s: s.post("/accounts/login/", WRONG)] * TRIES)

    looked_at, _ = said(answers, "do not go together", "Too many")
    assert 10 < looked_at <= 10 * WORKERS


def test_of_200_codes_asked_for_at_once_three_are_mailed(pat: Employee, tmp_path: Path) -> None:
    with web_server(tmp_path) as server:
        answers = server.at_once([lambda s: s.post("/accounts/login/code/", ASKING)] * TRIES)

    # By address, 120 a minute: some are refused for that already, and in the same words.
    assert statuses(answers) == {302: 3, 200: 197}
    assert said(answers, "Too many codes were asked for") == [197]


@pytest.fixture
def waiting(pat: Employee) -> str:
    """The session of a browser in which a code was asked for and is waited for."""
    browser = Client()
    browser.post("/accounts/login/code/", ASKING)
    key = browser.session.session_key
    assert key
    return key


def guess(server: WebServer, session: str) -> Answer:
    return server.post("/accounts/login/code/confirm/", {"code": "A1B2C3"}, session=session)


def test_of_200_guesses_of_a_code_at_once_three_are_looked_at(waiting: str, tmp_path: Path) -> None:
    with web_server(tmp_path) as server:
        answers = server.at_once([lambda s: guess(s, waiting)] * TRIES)

    assert statuses(answers).keys() <= {200, 302}  # once the browser has used up its tries
    assert said(answers, "This is not the code")[0] <= 3
    assert Tries.objects.get(counter__contains="confirm_login_code").count == 3


def test_where_the_session_counts_them_more_are_looked_at(waiting: str, tmp_path: Path) -> None:
    with web_server(tmp_path, application="tests.counting_by_itself:application") as server:
        answers = server.at_once([lambda s: guess(s, waiting)] * TRIES)

    assert said(answers, "This is not the code")[0] > 3


def test_of_200_links_asked_for_at_once_three_are_mailed(pat: Employee, tmp_path: Path) -> None:
    with web_server(tmp_path) as server:
        answers = server.at_once([lambda s: s.post("/accounts/password/reset/", ASKING)] * TRIES)

    assert statuses(answers) == {302: 3, 429: 197}


def test_of_200_forms_sent_at_once_thirty_are_recorded_and_the_others_told_so(
    pat: Employee, tmp_path: Path
) -> None:
    session = signed_in(pat).cookies[settings.SESSION_COOKIE_NAME].value
    tokens = [str(mint_token(pat)) for _ in range(TRIES)]

    def decline(token: str) -> dict[str, str]:
        return {"form_token": token, "replaces": "", "signature": "Pat Example"}

    with web_server(tmp_path, PORTAL_LOG_LEVEL="ERROR") as server:
        answers = server.at_once(
            [
                lambda s, token=token: s.post(  # type: ignore[misc]
                    "/election/decline/", decline(token), session=session
                )
                for token in tokens
            ]
        )

    assert statuses(answers) == {303: FORMS_AT_MOST, 422: TRIES - FORMS_AT_MOST}
    assert (
        said(answers, "You have sent 30 forms within 10 minutes", 'value="Pat Example"')
        == [TRIES - FORMS_AT_MOST] * 2
    )
    assert Submission.objects.count() == FORMS_AT_MOST


def knock(_: int) -> bool:
    request = RequestFactory().post("/")
    return bool(limits.consume(request, app="tests", action="knock", config={"knock": "10/m/ip"}))


def test_of_forty_clients_at_once_ten_are_let_through(transactional_db: None) -> None:
    assert sum(at_once([lambda n=n: knock(n) for n in range(40)])) == 10  # type: ignore[misc]


def test_a_counter_that_is_read_and_then_written_lets_more_through(
    transactional_db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What one statement does, in two."""

    def read_then_write(counter: str, rate: Rate, *, dry_run: bool) -> bool:
        row, _ = Tries.objects.get_or_create(counter=counter, defaults={"count": 0, "until": 9e9})
        if row.count >= rate.amount:
            return False
        with connection.cursor() as cursor:  # the other clients read meanwhile
            cursor.execute("SELECT pg_sleep(0.05)")
        row.count += 1
        row.save()
        return True

    monkeypatch.setattr(limits, "_allowed", read_then_write)
    assert sum(at_once([lambda n=n: knock(n) for n in range(40)])) > 10  # type: ignore[misc]


def test_the_limits_of_one_person_are_nobody_elses(pat: Employee) -> None:
    other = make_employee()
    for _ in range(FORMS_AT_MOST + 1):
        sent = {"form_token": mint_token(pat), "replaces": "", "signature": "Pat Example"}
        last = signed_in(pat).post("/election/decline/", sent)
    theirs = {"form_token": mint_token(other), "replaces": "", "signature": other.name}
    assert last.status_code == 422
    assert signed_in(other).post("/election/decline/", theirs).status_code == 303
    assert Client().get("/").status_code == 200
