"""A wire between two machines that a test can cut."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress

from tools.ports import free_port


class Wire:
    """What comes in at ``port`` goes to another one, until it is cut: then nothing passes, and nobody hears of it."""

    def __init__(self, to: int) -> None:
        self.port = free_port()
        self._to = to
        self._passes = threading.Event()
        self._passes.set()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self) -> None:
        """What is on its way stays there."""
        self._passes.clear()

    def mend(self) -> None:
        """It goes on where it was."""
        self._passes.set()

    def close(self) -> None:
        """Nobody comes in any more."""
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._to))
                for source, sink in ((near, far), (far, near)):
                    sink.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    threading.Thread(target=self._carry, args=[source, sink], daemon=True).start()

    def _carry(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError), source, sink:
            while piece := source.recv(65536):
                self._passes.wait()
                sink.sendall(piece)
