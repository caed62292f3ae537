"""The cable to the database is pulled out."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from scripts import processes
from tests.faults.browser import Browser
from tests.faults.doing import PATIENCE, all_done, crowd
from tests.faults.history import Told
from tests.faults.stack import BIN, ROOT, Stack
from tests.faults.trial import Trial

CUT = 30.0  # seconds
SOON = 16.0  # until everyone has an answer

needs_root = pytest.mark.skipif(
    os.geteuid() != 0 or not (shutil.which("ip") and shutil.which("nsenter")),
    reason="A network of its own takes root, ip and nsenter",
)


@contextmanager
def web_behind_a_cable(trial: Trial, *without: str) -> Iterator[tuple[Browser, int]]:
    """A web server whose way to the database can be cut; its browser and its process."""
    stack, port = trial.stack, processes.free_port()
    file = stack.folder / f"web-{port}.sock"
    database = stack.postgres.folder / f".s.PGSQL.{stack.postgres.port}"
    served = "tests.faults.entry" if without else "exchange_portal.wsgi"
    gunicorn = [str(BIN / "gunicorn"), served, "--config", "python:exchange_portal.server",
                "--bind", f"unix:{file}", "--workers", "2"]  # fmt: skip
    command = ["unshare", "--net", sys.executable, "-m", "tests.faults.own_network",
               str(port), str(database), *gunicorn]  # fmt: skip
    environment = stack.environment(without=without, PORTAL_DATABASE_PORT=str(port))
    with Path(stack.folder / "cable.log").open("ab") as log:
        process = processes.start(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
    try:
        browser = Browser(0, trial.history, socket_file=str(file))
        processes.wait_until(
            lambda: file.exists() and len(processes.descendants(process.pid)) >= 3, 30, "gunicorn"
        )
        yield browser, process.pid
    finally:
        processes.kill(process)


def cable(pid: int, state: str) -> None:
    """Take the interface in that process's network up or down."""
    subprocess.run(
        ["nsenter", "--target", str(pid), "--net", "ip", "link", "set", "lo", state], check=True
    )


def cut_off(trial: Trial, browser: Browser, pid: int, *, seconds: float) -> None:
    """Everyone signs with the cable out; it is put back after so many seconds."""
    people = trial.open(6)
    tokens = trial.drafts()
    for person in people[4:]:  # each process has its connection by now
        browser.get(person, "/")
    cable(pid, "down")
    until = time.monotonic() + seconds
    clients = crowd(browser, zip(people[:4], tokens[:4], strict=True), at_once=4)
    answered = trial.wait_for(
        lambda: all(s.answered for s in trial.history.sendings)
        and len(trial.history.sendings) == 4,
        SOON, "a clear error",
    )  # fmt: skip
    if answered:
        answer = browser.get(people[5], "/healthz")
        trial.must(answer.status == 200 and answer.seconds < 1, "the server's processes are free")
        checking = [s for s in trial.history.sendings if s.told is not Told.CHECKING]
        trial.must(not checking, f"all are told that it is being checked: {checking}")
        time.sleep(max(0.0, until - time.monotonic()))
    cable(pid, "up")
    all_done(clients)
    trial.settle(browser, seconds=PATIENCE)
    trial.must(len(trial.rows()) == 4, f"four rows in the end: {len(trial.rows())}")


@needs_root
@pytest.mark.fault(16)
@pytest.mark.timeout(180)
def test_network_cut_to_the_database(trial: Trial, stack: Stack) -> None:
    with web_behind_a_cable(trial) as (browser, pid):
        cut_off(trial, browser, pid, seconds=CUT)
        trial.holds()


@needs_root
@pytest.mark.control(16)
@pytest.mark.timeout(180)
def test_without_limits_on_the_connection_nobody_has_an_answer(trial: Trial, stack: Stack) -> None:
    with web_behind_a_cable(trial, "network_limits") as (browser, pid):
        cut_off(trial, browser, pid, seconds=0)
        trial.finds("end")
