"""Runs a web server in a network of its own, whose only cable leads to the database.

    unshare --net python -m tests.faults.own_network PORT DATABASE_SOCKET COMMAND...

Inside, 127.0.0.1:PORT is the database, relayed to its UNIX socket; taking the loopback interface
down is cutting the cable, as no proxy can: packets get lost, and nobody says so.
"""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from contextlib import suppress


def main(port: str, database: str, *command: str) -> int:
    """Raise the interface, relay, and run the command; returns its exit code."""
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    listener = socket.create_server(("127.0.0.1", int(port)))
    threading.Thread(target=relay, args=(listener, database), daemon=True).start()
    child = subprocess.Popen(command)
    try:
        return child.wait()
    finally:
        child.kill()


def relay(listener: socket.socket, database: str) -> None:
    """Pass each connection on to the database's socket."""
    while True:
        near, _ = listener.accept()
        far = socket.socket(socket.AF_UNIX)
        far.connect(database)
        for source, sink in ((near, far), (far, near)):
            threading.Thread(target=pump, args=(source, sink), daemon=True).start()


def pump(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on, in one direction, until one end has gone."""
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
