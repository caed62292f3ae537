"""The primary database is lost and its standby takes over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from scripts import processes, services
from scripts.services import PostgreSQL
from tests.faults.doing import PATIENCE, all_done, crowd
from tests.faults.stack import Process, Stack
from tests.faults.trial import Trial

STANDBY = "standby"  # the name under which it asks the primary for its log


@contextmanager
def standby_of(primary: PostgreSQL, *, synchronous: bool) -> Iterator[PostgreSQL]:
    """A standby that streams from `primary`; when synchronous, a commit waits for it."""
    with services._folder("postgres") as (folder, account):
        standby = PostgreSQL(folder, account)
        standby.password = primary.password
        standby.run([
            PostgreSQL._program("pg_basebackup"), "-D", str(folder / "data"), "--wal-method=stream",
            "--checkpoint=fast", "--no-sync", "--write-recovery-conf",
            "-d", f"host={primary.folder} port={primary.port} user=postgres"
                  f" application_name={STANDBY}",
        ])  # fmt: skip
        standby.start()
        try:
            _primary_does(primary, f"ALTER SYSTEM SET synchronous_standby_names ="
                                   f" '{STANDBY if synchronous else ''}'")  # fmt: skip
            _primary_does(primary, "SELECT pg_reload_conf()")
            yield standby
        finally:
            standby.stop()


def _primary_does(primary: PostgreSQL, statement: str) -> None:
    primary.run([PostgreSQL._program("psql"), *primary._as_superuser(), "-c", statement])


@contextmanager
def failed_over(stack: Stack, standby: PostgreSQL) -> Iterator[None]:
    """The standby is promoted, and the portal and the tests are led to it."""
    standby.run([PostgreSQL._program("pg_ctl"), "promote", "-D", str(standby.folder / "data")])
    lost, stack.postgres = stack.postgres, standby
    stack.to_postgres.target = standby.port
    stack.to_postgres.cut()
    stack.to_postgres.thaw()
    try:
        yield
    finally:
        stack.postgres = lost
        stack.to_postgres.target = lost.port
        lost.start()
        stack.do("ALTER SYSTEM RESET ALL", superuser=True)
        stack.do("SELECT pg_reload_conf()", superuser=True)


def primary_lost(trial: Trial, stack: Stack, web: Process, *, synchronous: bool) -> None:
    """People submit, the primary dies among them, the standby takes over; then it is judged.

    The asynchronous standby lags behind, as one does: it is held up for the last moments.
    """
    people = trial.open(40)
    browser = trial.browser(web)
    forms = list(zip(people, trial.drafts(), strict=True))
    with standby_of(stack.postgres, synchronous=synchronous) as standby:
        clients = crowd(browser, forms, at_once=4)
        enough = trial.dice.randint(5, 15)
        processes.wait_until(
            lambda: len(trial.history.receipts()) >= enough, PATIENCE, "Some receipts"
        )
        if not synchronous:
            standby.pause()
            processes.wait_until(
                lambda: len(trial.history.receipts()) >= enough + 10, PATIENCE, "More receipts"
            )
        stack.postgres.kill()
        if not synchronous:
            standby.kill()  # and with it what the primary had sent and nobody had read
            standby.start()
        with failed_over(stack, standby):
            all_done(clients)
            trial.settle(browser)
            if synchronous:
                trial.must(len(trial.rows()) == 40, f"40 rows: {len(trial.rows())}")
                trial.holds(web)
            else:
                trial.finds("I1", "I10")


@pytest.mark.fault(14)
def test_nothing_acknowledged_is_lost_with_the_primary(
    trial: Trial, stack: Stack, web: Process
) -> None:
    primary_lost(trial, stack, web, synchronous=True)


@pytest.mark.fault(15)
@pytest.mark.control(14, 15)
def test_with_an_asynchronous_standby_the_checker_sees_the_loss(
    trial: Trial, stack: Stack, web: Process
) -> None:
    primary_lost(trial, stack, web, synchronous=False)
