"""The database dies, stalls, is full, is tampered with, or shows another time."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from scripts import processes
from tests.faults.doing import PATIENCE, all_done, crowd, in_background
from tests.faults.history import Told
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial


def killed_mid_commit(trial: Trial, web: Process, *, committed: bool) -> None:
    """PostgreSQL dies with a COMMIT on its way, `committed` already or at any moment."""
    (person,) = trial.open()
    browser, token, stack = trial.browser(web), trial.draft(), trial.stack
    stack.to_postgres.hold_answers(after=b"COMMIT")
    client = in_background(lambda: browser.sign(person, token))
    assert stack.to_postgres.held.wait(PATIENCE)
    if committed:
        processes.wait_until(lambda: bool(trial.rows()), PATIENCE, "The commit")
    else:
        trial.a_moment(0.005)
    stack.postgres.kill()
    stack.to_postgres.cut()  # what was held back is lost
    stack.to_postgres.thaw()
    client.join(PATIENCE)
    (sending,) = trial.history.sendings
    trial.must(sending.told is Told.CHECKING, f"told that it may be on record or not: {sending}")
    stack.postgres.start()
    if committed:
        trial.remember()
    last = browser.sign(person, token)
    trial.must(last.told is Told.RECEIPT, f"a receipt when sent again: {last}")
    trial.must(len(trial.rows()) == 1, "one row")


@pytest.mark.fault(11)
def test_killed_mid_commit(trial: Trial, web: Process) -> None:
    killed_mid_commit(trial, web, committed=trial.dice.random() < 0.5)
    trial.holds(web)


@pytest.mark.control(11)
def test_without_the_checking_page_the_answer_is_false(trial: Trial, stack: Stack) -> None:
    with stack.web("outage_page") as web:
        killed_mid_commit(trial, web, committed=True)
        trial.finds("I10", "I11", "end")


@contextmanager
def holding_the_person(trial: Trial) -> Iterator[psycopg.Connection]:
    """Hold the lock on the trial's one person, in an open transaction that this yields."""
    with trial.stack.connect() as hand:
        hand.execute("BEGIN")
        hand.execute(
            "SELECT 1 FROM elections_employee WHERE id = %s FOR NO KEY UPDATE",
            [trial.people[0].employee_id],
        )
        yield hand


def one_backend_killed(trial: Trial, web: Process) -> None:
    (person,) = trial.open()
    browser, token = trial.browser(web), trial.draft()
    with holding_the_person(trial) as hand:
        client = in_background(lambda: browser.sign(person, token))
        trial.await_blocked()
        trial.a_moment()
        trial.stack.do(
            "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE NOT granted", superuser=True
        )
        hand.execute("COMMIT")
    client.join(PATIENCE)
    (sending,) = trial.history.sendings
    trial.must(sending.told is Told.RECEIPT, f"a receipt at the first try: {sending}")
    trial.settle(browser)


@pytest.mark.fault(12)
def test_one_backend_killed(trial: Trial, web: Process) -> None:
    one_backend_killed(trial, web)
    trial.holds(web)


@pytest.mark.control(12)
def test_without_the_second_try_the_person_has_to_do_it(trial: Trial, stack: Stack) -> None:
    with stack.web("second_try") as web:
        one_backend_killed(trial, web)
        trial.finds("end", web=web)


def restarted_under_load(trial: Trial, web: Process) -> None:
    """Fifty people submit, and PostgreSQL is killed among them and started again."""
    people = trial.open(50)
    browser = trial.browser(web)
    clients = crowd(browser, zip(people, trial.drafts(), strict=True), at_once=6)
    enough = trial.dice.randint(5, 25)
    processes.wait_until(lambda: len(trial.history.receipts()) >= enough, PATIENCE, "Some receipts")
    trial.stack.postgres.kill()
    trial.stack.postgres.start()
    trial.wait_for(lambda: browser.get(people[0], "/").status == 200, 30, "the portal back")
    all_done(clients)
    trial.settle(browser)


@pytest.mark.fault(13)
def test_restarted_during_fifty_submissions(trial: Trial, web: Process) -> None:
    restarted_under_load(trial, web)
    trial.must(len(trial.rows()) == 50, f"50 rows: {len(trial.rows())}")
    trial.holds(web)


@pytest.mark.control(13)
def test_a_database_that_confirms_before_it_writes_loses_receipts(
    trial: Trial, web: Process, stack: Stack
) -> None:
    with server_settings(stack, synchronous_commit="off", wal_writer_delay="10s"):
        restarted_under_load(trial, web)
        trial.finds("I1", "I10")


@contextmanager
def server_settings(stack: Stack, **settings: str) -> Iterator[None]:
    """Run PostgreSQL with these settings for a while."""
    for name, value in settings.items():
        stack.do(f"ALTER SYSTEM SET {name} = '{value}'", superuser=True)
    stack.do("SELECT pg_reload_conf()", superuser=True)
    try:
        yield
    finally:
        stack.do("ALTER SYSTEM RESET ALL", superuser=True)
        stack.do("SELECT pg_reload_conf()", superuser=True)


def in_a_deadlock(trial: Trial, web: Process) -> None:
    """Someone holds the person and wants the offer; a form holds the offer and wants the person."""
    (person,) = trial.open()
    browser, token = trial.browser(web), trial.draft()
    with holding_the_person(trial) as hand:
        client = in_background(lambda: browser.sign(person, token))
        trial.await_blocked()
        hand.execute("SELECT pg_advisory_xact_lock(20030120, %s)", [trial.offer_id])
        hand.execute("COMMIT")
    client.join(PATIENCE)
    (sending,) = trial.history.sendings
    trial.must(sending.told is Told.RECEIPT, f"a receipt at the first try: {sending}")
    trial.must(len(trial.rows()) == 1, "one row")


def past_the_lock_timeout(trial: Trial, web: Process) -> None:
    """Someone holds the person for longer than a form waits (10 s), and then lets go."""
    (person,) = trial.open()
    browser, token = trial.browser(web), trial.draft()
    with holding_the_person(trial) as hand:
        client = in_background(lambda: browser.sign(person, token))
        client.join(10.3 + trial.dice.uniform(0, 0.5))
        hand.execute("COMMIT")
    client.join(PATIENCE)
    (sending,) = trial.history.sendings
    trial.must(sending.told is Told.RECEIPT, f"a receipt at the first try: {sending}")
    trial.must(len(trial.rows()) == 1, "one row")


@pytest.mark.fault(17)
def test_a_deadlock_and_a_lock_timeout_are_tried_again_inside(trial: Trial, web: Process) -> None:
    for trouble in (in_a_deadlock, past_the_lock_timeout):
        trial.history.sendings.clear()
        trouble(trial, web)
        trial.holds(web)


@pytest.mark.control(17)
def test_without_the_second_try_a_deadlock_reaches_the_person(trial: Trial, stack: Stack) -> None:
    with stack.web("second_try") as web:
        in_a_deadlock(trial, web)
        trial.finds("end", web=web)


@contextmanager
def no_connection_left(stack: Stack) -> Iterator[None]:
    """PostgreSQL refuses the portal any connection, with the error of too many of them."""
    stack.do("ALTER ROLE portal CONNECTION LIMIT 0", superuser=True)
    stack.do(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'portal'",
        superuser=True,
    )
    try:
        yield
    finally:
        stack.do("ALTER ROLE portal CONNECTION LIMIT -1", superuser=True)


def connections_exhausted(trial: Trial, web: Process) -> None:
    (person,) = trial.open()
    browser, token = trial.browser(web), trial.draft()
    with no_connection_left(trial.stack):
        sending = browser.sign(person, token)
    trial.must(sending.status == 503, f"503: {sending}")
    trial.must(sending.retry_after.isdigit(), "with Retry-After")
    trial.settle(browser)
    last = browser.sign(person, token)
    trial.must(last.told is Told.RECEIPT, f"a receipt when sent again: {last}")


@pytest.mark.fault(18)
def test_connections_exhausted(trial: Trial, web: Process) -> None:
    connections_exhausted(trial, web)
    trial.holds(web)


@pytest.mark.control(18)
def test_without_the_outage_page_the_form_is_lost(trial: Trial, stack: Stack) -> None:
    with stack.web("outage_page") as web:
        connections_exhausted(trial, web)
        trial.finds("I11", "end")


@contextmanager
def small_disk(stack: Stack) -> Iterator[Path]:
    """A database on a disk of its own of 32 MB, whose folder this yields."""
    disk = Path(tempfile.mkdtemp(prefix="portal-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=32m", "tmpfs", disk], check=True)
    space = disk / "space"
    space.mkdir()
    if stack.postgres.account:
        shutil.chown(space, stack.postgres.account)
    disk.chmod(0o755)
    stack.do(f"CREATE TABLESPACE small LOCATION '{space}'", superuser=True)
    stack.do("GRANT CREATE ON TABLESPACE small TO portal", superuser=True)
    try:
        with stack.another_database(tablespace="small"):
            yield disk
    finally:
        stack.do("DROP TABLESPACE small", superuser=True)
        subprocess.run(["umount", disk], check=True)
        disk.rmdir()


def fill(disk: Path) -> Path:
    """Leave no room on it; the file that takes it all."""
    junk = disk / "junk"
    with junk.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"x" * 4096)
        except OSError:
            return junk


def on_a_full_disk(trial: Trial, web: Process, disk: Path) -> None:
    people = trial.open(12)
    browser = trial.browser(web)
    tokens = trial.drafts()
    junk = fill(disk)
    for person, token in zip(people, tokens, strict=True):
        browser.sign(person, token)
    refused = [s for s in trial.history.sendings if s.told is not Told.RECEIPT]
    assert refused, "the disk was not full"
    junk.unlink()
    trial.settle(browser)
    rows = {row[0] for row in trial.rows()}
    trial.must(len(rows) == 12, f"all are on record in the end: {len(rows)}")


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="A small disk takes root to mount")


@needs_root
@pytest.mark.fault(19)
def test_database_disk_full(trial: Trial, stack: Stack) -> None:
    with small_disk(stack) as disk, stack.web() as web:
        on_a_full_disk(trial, web, disk)
        trial.holds(web)


@needs_root
@pytest.mark.control(19)
def test_without_the_outage_page_a_full_disk_loses_forms(trial: Trial, stack: Stack) -> None:
    with small_disk(stack) as disk, stack.web("outage_page") as web:
        on_a_full_disk(trial, web, disk)
        trial.finds("I11", "end")
