"""A TCP proxy that stands between the portal and a server, and can be told to misbehave."""

from __future__ import annotations

import socket
import struct
import threading
from contextlib import suppress

PATIENCE = 60.0


class Proxy:
    """Listens on `port` of 127.0.0.1 and passes everything on to `target`, a port there.

    `freeze` holds all bytes in both directions, `cut` resets connections and refuses new ones,
    `hold_answers` lets requests pass and keeps back whatever comes in reply; `thaw` ends them all.
    """

    def __init__(self, target: int) -> None:
        self.target = target
        self.held = threading.Event()  # something is being kept back right now
        self._flow, self._answers = threading.Event(), threading.Event()
        self._flow.set()
        self._answers.set()
        self._refusing = False
        self._after: bytes | None = None
        self._pairs: set[tuple[socket.socket, socket.socket]] = set()
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def freeze(self) -> None:
        """From here on, nothing passes; connections stay open, as with a cable pulled out."""
        self.held.clear()
        self._flow.clear()

    def cut(self) -> None:
        """Reset every connection, and each new one."""
        self._refusing = True
        for pair in list(self._pairs):
            for end in pair:
                _reset(end)

    def hold_answers(self, *, after: bytes) -> None:
        """Once a request with these bytes has passed, keep all answers back."""
        self.held.clear()
        self._after = after

    def thaw(self) -> None:
        """Let everything pass again, and what was held first."""
        self._refusing, self._after = False, None
        self._flow.set()
        self._answers.set()

    def close(self) -> None:
        """End the proxy."""
        self._listener.close()
        self.cut()
        self.thaw()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._connect, args=(near,), daemon=True).start()

    def _connect(self, near: socket.socket) -> None:
        if self._refusing:
            _reset(near)
            return
        if not self._flow.is_set():
            self.held.set()
            self._flow.wait(PATIENCE)
        try:
            far = socket.create_connection(("127.0.0.1", self.target), timeout=5)
            far.settimeout(None)
        except OSError:
            _reset(near)
            return
        pair = (near, far)
        self._pairs.add(pair)
        back = threading.Thread(target=self._pump, args=(far, near, False), daemon=True)
        back.start()
        self._pump(near, far, True)
        back.join()
        self._pairs.discard(pair)
        for end in pair:
            end.close()

    def _pump(self, source: socket.socket, sink: socket.socket, is_request: bool) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                if not self._flow.is_set():
                    self.held.set()
                    self._flow.wait(PATIENCE)
                if is_request:
                    self._look_out(data)
                else:
                    self._answers.wait(PATIENCE)
                sink.sendall(data)
        with suppress(OSError):
            sink.shutdown(socket.SHUT_WR)

    def _look_out(self, request: bytes) -> None:
        if self._after is not None and self._after in request:
            self._after = None
            self._answers.clear()
            self.held.set()


def _reset(end: socket.socket) -> None:
    """Close it with a reset, not a goodbye."""
    with suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        end.shutdown(socket.SHUT_RDWR)
    with suppress(OSError):
        end.close()
