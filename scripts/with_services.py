"""Run a command beside a private PostgreSQL and a private Redis, which end when it does.

    python -m scripts.with_services [--postgres] [--redis] -- COMMAND ...

The command finds them through PORTAL_DATABASE_* and PORTAL_REDIS_URL; its exit code is ours.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
from contextlib import ExitStack

from scripts import machine, processes, services


def main() -> int:
    """Start what was asked for, run the command, stop all; returns the command's exit code."""
    parser = argparse.ArgumentParser(prog="python -m scripts.with_services", description=__doc__)
    parser.add_argument("--postgres", action="store_true")
    parser.add_argument("--redis", action="store_true")
    parser.add_argument("command", nargs="+")
    chosen = parser.parse_args()
    wanted = [machine.POSTGRESQL] * chosen.postgres + [machine.REDIS] * chosen.redis
    missing = machine.ensure(wanted)
    if missing:
        print(machine.sentence(missing), file=sys.stderr)
        return 1
    return run(chosen.command, postgres=chosen.postgres, redis=chosen.redis)


def run(
    command: list[str],
    *,
    postgres: bool,
    redis: bool,
    kind: type[services.PostgreSQL] = services.PostgreSQL,
) -> int:
    """Run `command` beside the servers asked for; returns its exit code."""
    with processes.signals_as_exit(), ExitStack() as stack:
        environment = dict(os.environ)
        if postgres:
            environment |= stack.enter_context(services.postgres_server(kind)).environment
        if redis:
            environment |= stack.enter_context(services.redis_server()).environment
        return _wait(processes.start(command, own_group=False, stdin=None, env=environment))


def _wait(child: subprocess.Popen[bytes]) -> int:
    """Wait for the command. A signal meant for us is passed on, and its end is waited for."""
    while True:
        try:
            code = child.wait()
            # As a shell says it: ended by signal N is 128 + N.
            return code if code >= 0 else 128 - code
        except SystemExit as leaving:
            number = int(leaving.code or 0) - 128
            # A terminal sends Ctrl-C to the command as well; a second one would cut its end short.
            if number != signal.SIGINT or not sys.stdin.isatty():
                child.send_signal(number)


if __name__ == "__main__":
    sys.exit(main())
