"""Faults: real processes, seeded rounds, one checker, and the table at the end.

`SEED=` plays a run again, `ROUNDS=` says how often each case runs. A test marked `fault(n)` is the
case n, one marked `control(n, ...)` the negative control of those cases: it passes when the checker
finds the damage.
"""

from __future__ import annotations

import os
import random
import secrets
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_django

from scripts import machine
from tests.faults.results import Result, table
from tests.faults.stack import Process, Stack, running_stack
from tests.faults.trial import Trial

# In the environment, so that all processes of one run play by one seed.
SEED = os.environ.setdefault("SEED", "") or str(secrets.randbelow(10**6))
os.environ["SEED"] = SEED
ROUNDS = int(os.environ.get("ROUNDS") or 1)
RESULTS: dict[int, Result] = defaultdict(Result)
PROPERTY = "faults"
HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is in this folder, and skip it by name without the servers."""
    missing = [p.name for p in (machine.POSTGRESQL, machine.REDIS) if not p.present()]
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.faults)
            if missing:
                item.add_marker(pytest.mark.skip(reason=f"{' and '.join(missing)} is missing here"))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each case ROUNDS times; a control once."""
    if "trial" in metafunc.fixturenames:
        is_case = metafunc.definition.get_closest_marker("fault") is not None
        metafunc.parametrize("trial", range(ROUNDS if is_case else 1), indirect=True)


@pytest.fixture(scope="session")
def stack(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: pytest_django.DjangoDbBlocker
) -> Iterator[Stack]:
    """PostgreSQL, Redis and a mailbox for all cases."""
    with running_stack(tmp_path_factory.mktemp("faults"), django_db_blocker) as running:
        yield running


@pytest.fixture(scope="session")
def web(stack: Stack) -> Iterator[Process]:
    """The web server that all cases share which do not need one of their own."""
    with stack.web() as running:
        yield running


@pytest.fixture
def trial(request: pytest.FixtureRequest, stack: Stack) -> Iterator[Trial]:
    """A trial of the case that the test is marked with."""
    marker = request.node.get_closest_marker("fault") or request.node.get_closest_marker("control")
    case, number = marker.args[0], request.param
    played = Trial(stack, case, number, random.Random(f"{SEED}/{case}/{number}"))
    request.node.stash[_TRIAL] = played
    yield played
    stack.to_postgres.thaw()
    stack.to_redis.thaw()
    # What this trial left unsent is nothing for the mailbox of the next one.
    stack.do("UPDATE elections_outboxmessage SET state = 'dropped', claimed_until = NULL"
             " WHERE state IN ('waiting', 'sending')")  # fmt: skip


_TRIAL = pytest.StashKey[Trial]()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """Put on the report which cases it is about and what the checker found."""
    report = yield
    if call.when == "call" or report.failed:
        fault, control = item.get_closest_marker("fault"), item.get_closest_marker("control")
        played = item.stash.get(_TRIAL, None)
        found = [violation.invariant for violation in played.found] if played else []
        cases, controls = (list(marker.args) if marker else [] for marker in (fault, control))
        report.user_properties.append((PROPERTY, [cases, controls, found]))
    return report


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count rounds, violations and controls, whichever process they ran in."""
    told = [said for name, said in report.user_properties if name == PROPERTY]
    for cases, controls, found in told:
        for number in cases if not report.skipped else ():
            RESULTS[number].rounds += report.when == "call"
            RESULTS[number].violations += max(len(found), 1) if report.failed else 0
        for number in controls if not report.skipped else ():
            if report.passed:
                RESULTS[number].controls.append(" ".join(sorted(set(found))))
            else:
                RESULTS[number].missed += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table, and the seed that plays this run again."""
    if RESULTS:
        terminalreporter.write_sep("=", "faults")
        for line in table(RESULTS):
            terminalreporter.write_line(line)
        terminalreporter.write_line(f"SEED={SEED} ROUNDS={ROUNDS}")
