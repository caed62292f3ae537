"""The sweeper: delivers what nobody was woken for, and does not stop for a failure."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import call_command
from django.db import OperationalError, connection

from elections.delivery import keep
from elections.delivery import sweep as sweeping
from elections.delivery.deliver import Outcome
from elections.delivery.sweep import TookTooLong, at_most, sweep
from elections.management.commands import deliver_outbox as command
from elections.models import Employee, Offer, OutboxMessage, RenderedMail
from elections.models.outbox import MailState
from tests.delivery.conftest import make_due
from tests.delivery.post_office import PostOffice, free_port, open_post_office
from tests.factory import elect, make_employee, make_grant, make_offer


def deliver_outbox(*arguments: str) -> str:
    said = StringIO()
    call_command("deliver_outbox", *arguments, stdout=said)
    return said.getvalue()


def test_one_sweep_delivers_what_nobody_woke(receipt: OutboxMessage) -> None:
    assert deliver_outbox("--once") == ("1 sent, 0 to be tried again, 0 could not be delivered\n")
    receipt.refresh_from_db()
    assert receipt.state == MailState.SENT
    assert len(mail.outbox) == 1


def test_a_second_sweep_finds_nothing_to_do(receipt: OutboxMessage) -> None:
    deliver_outbox("--once")
    assert deliver_outbox("--once") == ("0 sent, 0 to be tried again, 0 could not be delivered\n")


def test_a_sweep_takes_up_a_claim_that_ran_out(receipt: OutboxMessage) -> None:
    OutboxMessage.objects.update(state=MailState.SENDING, claimed_until=receipt.created_at)
    assert sweep(grace=timedelta(0))[Outcome.SENT] == 1


def test_fresh_rows_are_left_to_the_worker(receipt: OutboxMessage) -> None:
    assert sweep(grace=timedelta(seconds=5)) == {}
    make_due(receipt, timedelta(seconds=6))
    assert sweep(grace=timedelta(seconds=5)) == {Outcome.SENT: 1}


def test_a_server_that_is_away_is_asked_once_a_round(employee: Employee, settings: Any) -> None:
    for _ in range(3):
        elect(employee, *employee.grants.filter(number="001204"))
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()
    assert sweep(grace=timedelta(0)) == {Outcome.SERVER_AWAY: 1}
    assert sorted(OutboxMessage.objects.values_list("attempts", flat=True)) == [0, 0, 1]


def test_a_refused_mail_does_not_hold_up_the_next(
    employee: Employee, post_office: PostOffice
) -> None:
    for _ in range(2):
        elect(employee, *employee.grants.filter(number="001204"))
    post_office.at_rcpt.append("451 Try again later")
    assert sweep(grace=timedelta(0)) == {Outcome.PUT_BACK: 1, Outcome.SENT: 1}


def test_what_was_set_aside_is_tried_again_when_a_person_says_so(receipt: OutboxMessage) -> None:
    OutboxMessage.objects.update(state=MailState.FAILED, attempts=8)
    assert deliver_outbox("--once").startswith("0 sent")
    assert deliver_outbox("--once", "--retry-failed").startswith("1 to be tried again\n1 sent")


def spin(*, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        time.sleep(0.01)


def test_an_attempt_without_end_is_ended() -> None:
    began = time.monotonic()
    with pytest.raises(TookTooLong), at_most(timedelta(seconds=0.05)):
        spin(seconds=30)
    assert time.monotonic() - began < 5
    spin(seconds=0.1)  # the alarm does not ring for what comes after


def test_rendering_without_end_is_put_back_and_the_sweep_goes_on(
    employee: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow, quick = (elect(employee, *employee.grants.filter(number="001204")) for _ in range(2))
    render = keep.render_pdf

    def render_for_ever(form: Any) -> bytes:
        while form.receipt == slow.receipt:
            time.sleep(0.01)
        return render(form)

    monkeypatch.setattr(keep, "render_pdf", render_for_ever)
    monkeypatch.setattr(sweeping, "LONGEST_ATTEMPT", timedelta(seconds=1))
    assert sweep(grace=timedelta(0)) == {Outcome.PUT_BACK: 1, Outcome.SENT: 1}
    assert OutboxMessage.objects.get(submission=quick).state == MailState.SENT
    assert "TookTooLong" in OutboxMessage.objects.get(submission=slow).last_error


@pytest.fixture
def committed_receipt(transactional_db: None, portal_clock: Any) -> OutboxMessage:
    """A receipt that other processes see."""
    offer: Offer = make_offer()
    assert offer
    person = make_employee()
    submission = elect(person, make_grant(person))
    return OutboxMessage.objects.get(submission=submission)


def start_sweeper(port: int, *arguments: str) -> subprocess.Popen[bytes]:
    """A sweeper in a process of its own, on the test's database, sending to this port."""
    name = str(connection.settings_dict["NAME"])
    environment = os.environ | {
        "PORTAL_DATABASE_NAME": name,
        "PORTAL_EMAIL_HOST": "127.0.0.1",
        "PORTAL_EMAIL_PORT": str(port),
        "PORTAL_LOG_LEVEL": "INFO",
    }
    return subprocess.Popen(
        [sys.executable, "manage.py", "deliver_outbox", *arguments],
        cwd=django_settings.BASE_DIR,
        env=environment,
        stderr=subprocess.PIPE,
    )


def wait_for(condition: Any, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def test_a_sweeper_killed_between_250_and_sent_leads_to_an_identical_repeat(
    committed_receipt: OutboxMessage,
) -> None:
    with open_post_office() as (office, port):
        sweeper = start_sweeper(port, "--once")
        # The goodbye comes after the server's 250 and before the row is marked.
        office.at_quit = lambda: os.kill(sweeper.pid, signal.SIGKILL)
        sweeper.communicate(timeout=30)
        assert sweeper.returncode == -signal.SIGKILL
        assert len(office.received) == 1
        committed_receipt.refresh_from_db()
        assert committed_receipt.state == MailState.SENDING

        office.at_quit = lambda: None
        make_due(committed_receipt)
        again = start_sweeper(port, "--once")
        again.communicate(timeout=30)
        assert again.returncode == 0
    first, second = office.received
    assert first == second == bytes(RenderedMail.objects.get().mime)
    committed_receipt.refresh_from_db()
    assert committed_receipt.state == MailState.SENT
    assert "may have been sent twice" in committed_receipt.last_error


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
def test_a_sweeper_delivers_and_stops_when_told(
    committed_receipt: OutboxMessage, ending: signal.Signals
) -> None:
    make_due(committed_receipt, timedelta(minutes=1))
    with open_post_office() as (office, port):
        sweeper = start_sweeper(port)
        try:
            wait_for(lambda: office.received)
        finally:
            sweeper.send_signal(ending)
            _, log = sweeper.communicate(timeout=30)
    assert sweeper.returncode == 0, log.decode()
    assert b"sweeper_stopped" in log
    committed_receipt.refresh_from_db()
    assert committed_receipt.state == MailState.SENT


def test_a_sweeper_goes_on_after_trouble_and_logs_it(
    committed_receipt: OutboxMessage,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    troubles = iter([OperationalError("the server is gone"), ZeroDivisionError("a bug")])
    stopping = threading.Event()

    def troubled(**how: Any) -> Any:
        trouble = next(troubles, None)
        if trouble:
            raise trouble
        stopping.set()
        return sweep(grace=timedelta(0))

    monkeypatch.setattr(command, "sweep", troubled)
    monkeypatch.setattr(command, "PAUSE", 0)
    command._sweep_until(stopping)
    assert len(mail.outbox) == 1
    assert "sweeper_without_database" in caplog.text
    assert "sweep_failed" in caplog.text


@pytest.mark.postgres
def test_a_sweeper_whose_connection_is_cut_connects_again(committed_receipt: OutboxMessage) -> None:
    with open_post_office() as (office, port):
        sweeper = start_sweeper(port)
        try:
            wait_for(lambda: cut_other_connections() > 0)
            make_due(committed_receipt, timedelta(minutes=1))
            wait_for(lambda: office.received)
        finally:
            sweeper.terminate()
            _, log = sweeper.communicate(timeout=30)
    assert sweeper.returncode == 0, log.decode()
    assert b"Traceback" not in log


def cut_other_connections() -> int:
    """Let the server end every connection to this database but this one; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        (count,) = cursor.fetchone()
    return int(count)
