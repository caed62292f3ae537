"""What is on record is tampered with, or restored from a backup."""

from __future__ import annotations

import subprocess
import sys
import tempfile

import psycopg
import pytest

from elections.services.ledger import broken_chains
from scripts import processes
from scripts.services import PostgreSQL
from tests.faults.checker import Violation
from tests.faults.doing import PATIENCE, all_done, crowd
from tests.faults.stack import ROOT, Process, Stack
from tests.faults.trial import Trial

CHANGES = (
    "UPDATE elections_submission SET received_at = received_at - interval '1 hour'"
    " WHERE receipt = '{0}'",
    "UPDATE elections_line SET choice = 'keep', new_shares = 0"
    " WHERE submission_id = (SELECT id FROM elections_submission WHERE receipt = '{0}')",
    "DELETE FROM elections_line"
    " WHERE submission_id = (SELECT id FROM elections_submission WHERE receipt = '{0}')",
    "DELETE FROM witness; DELETE FROM elections_outboxmessage; DELETE FROM elections_line;"
    " DELETE FROM elections_submission WHERE receipt = '{0}'",
)


def tampered(trial: Trial, stack: Stack, web: Process, *, superuser: bool) -> str:
    """Someone with the portal's password, or the superuser, changes a row; its receipt."""
    people = trial.open(3)
    browser = trial.browser(web)
    for person, token in zip(people, trial.drafts(), strict=True):
        browser.sign(person, token)
    trial.remember()
    receipt = str(trial.history.sendings[trial.dice.randrange(3)].receipt)
    change = trial.dice.choice(CHANGES[:3]).format(receipt)
    if superuser:
        change = f"SET session_replication_role = replica; {change}"
    stack.do(change, superuser=superuser)
    return receipt


@pytest.mark.fault(20)
def test_a_change_is_refused_and_the_superusers_is_named(
    trial: Trial, stack: Stack, web: Process
) -> None:
    with pytest.raises(psycopg.errors.RestrictViolation, match="is append-only"):
        tampered(trial, stack, web, superuser=False)
    trial.holds(web)
    with stack.another_database(), stack.web() as other:
        trial.history.sendings.clear()
        receipt = tampered(trial, stack, other, superuser=True)
        done = subprocess.run(
            [sys.executable, "manage.py", "verify_ledger"],
            cwd=ROOT, env=stack.environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 1, done.stdout
        assert receipt in done.stderr, done.stderr


@pytest.mark.control(20)
def test_without_the_triggers_anyone_changes_the_record(trial: Trial, stack: Stack) -> None:
    with stack.another_database(), stack.web() as web:
        for table in ("elections_submission", "elections_line"):
            stack.do(f"DROP TRIGGER {table}_no_change ON {table}")
        tampered(trial, stack, web, superuser=False)
        trial.finds("I9")


def restored(trial: Trial, stack: Stack, web: Process, *, one_moment: bool) -> list[Violation]:
    """Back up while people submit, restore elsewhere; what is wrong there.

    Without `one_moment`, the tables are copied one after the other.
    """
    people = trial.open(30)
    clients = crowd(trial.browser(web), zip(people, trial.drafts(), strict=True), at_once=3)
    processes.wait_until(lambda: len(trial.history.receipts()) > 5, PATIENCE, "Some receipts")
    with stack.connect() as keeper, tempfile.NamedTemporaryFile() as backup:
        keeper.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        (snapshot,) = keeper.execute("SELECT pg_export_snapshot()").fetchone()
        (expected,) = keeper.execute("SELECT count(*) FROM elections_submission").fetchone()
        folder, port = str(stack.postgres.folder), str(stack.postgres.port)
        server = ["-h", folder, "-p", port, "-U", "postgres"]
        dump, restore = PostgreSQL._program("pg_dump"), PostgreSQL._program("pg_restore")
        subprocess.run([dump, *server, "-Fc", f"--snapshot={snapshot}", "-f", backup.name,
                        stack.database], check=True)  # fmt: skip
        all_done(clients)
        with stack.another_database(template="template0"):
            subprocess.run([restore, *server, "-d", stack.database, backup.name], check=True)
            if not one_moment:
                heads = keeper_heads(stack)
                for head, length, number in heads:
                    stack.do("UPDATE elections_employee SET ledger_head = %s, ledger_length = %s"
                             " WHERE number = %s", head, length, number)  # fmt: skip
            ((count,),) = stack.do("SELECT count(*) FROM elections_submission")
            with stack.records():
                broken = [Violation("I9", b.sentence) for b in broken_chains()]
    trial.must(count == expected, f"as many as the backup holds: {count}, not {expected}")
    return broken


def keeper_heads(stack: Stack) -> list[tuple[object, ...]]:
    """The heads of all chains in the portal's own database, as they are by now."""
    with stack.connect(database=stack.postgres.database) as link:
        return link.execute("SELECT ledger_head, ledger_length, number FROM elections_employee"
                            " WHERE ledger_length > 0").fetchall()  # fmt: skip


@pytest.mark.fault(21)
def test_a_restored_backup_holds(trial: Trial, stack: Stack, web: Process) -> None:
    assert restored(trial, stack, web, one_moment=True) == []
    trial.holds(web)


@pytest.mark.control(21)
def test_a_backup_that_is_not_of_one_moment_does_not_hold(
    trial: Trial, stack: Stack, web: Process
) -> None:
    trial.broken += restored(trial, stack, web, one_moment=False)
    trial.finds("I9")
