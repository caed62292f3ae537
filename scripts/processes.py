"""Child processes that never outlive us: each in its own process group, ended together with it."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

# Linux, sys/prctl.h: the signal a process gets when its parent dies.
PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None)
GRACE = 15.0
ENDING = (signal.SIGTERM, signal.SIGHUP, signal.SIGINT)


def start(
    command: list[str], *, end: int = signal.SIGTERM, own_group: bool = True, **options: Any
) -> subprocess.Popen[bytes]:
    """Start `command`; normally as the leader of its own process group.

    In its own group, a Ctrl-C in the terminal is ours alone to pass on. If we are killed outright,
    so that no `finally` runs, the kernel sends the child the signal `end`. For Linux the parent is
    the *thread* that called this, so it must live as long as the child is wanted.
    """

    def end_with_parent() -> None:
        if sys.platform == "linux":
            LIBC.prctl(PR_SET_PDEATHSIG, end)

    options.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.Popen(
        command, start_new_session=own_group, preexec_fn=end_with_parent, **options
    )


def stop(
    *stopping: subprocess.Popen[bytes], sign: int = signal.SIGTERM, grace: float = GRACE
) -> None:
    """Ask them all to stop, wait up to `grace` seconds, then kill what is left of them."""
    deadline = time.monotonic() + grace
    for process in stopping:
        if process.poll() is None:
            process.send_signal(sign)
            process.send_signal(signal.SIGCONT)  # A paused process hears nothing else.
    for process in stopping:
        try:
            process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            pass  # It is killed, then.
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """Kill it and all its descendants at once (SIGKILL), and wait for it."""
    signal_all(process, signal.SIGKILL)
    process.wait()


def signal_all(process: subprocess.Popen[bytes], number: int) -> None:
    """Send a signal to the process, its group, and descendants that left the group."""
    for pid in (*descendants(process.pid), -process.pid):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass  # It ended in the meantime.


def descendants(pid: int) -> list[int]:
    """The children of a process, their children and so on (Linux, from /proc)."""
    children = defaultdict(list)
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            # The name, in parentheses, may hold spaces; the parent is the second word after it.
            parent = int(status.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue  # It ended in the meantime.
        children[parent].append(int(status.parent.name))
    found, waiting = [], [pid]
    while waiting:
        grown = children[waiting.pop()]
        found += grown
        waiting += grown
    return found


def free_port() -> int:
    """A TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def listening(port: int) -> bool:
    """Whether somebody accepts connections on that port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def wait_until(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Return once `condition()` holds; `TimeoutError` naming `what` if that takes too long."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{what} took longer than {seconds:g} s.")
        time.sleep(0.05)


@contextmanager
def signals_as_exit() -> Iterator[None]:
    """Make `SystemExit` of SIGTERM, SIGHUP and SIGINT, so that every `finally` runs.

    SIGINT too: a shell starts what it puts in the background deaf to it.
    """

    def leave(number: int, frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
