"""A line to PostgreSQL that can be late, or swallow what is sent, as a network does."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit


@dataclass
class Line:
    """Bytes take as long as ``delay`` says, which is asked for each piece of an answer; None: they never arrive."""

    port: int
    delay: Callable[[], float | None]

    def go_silent(self) -> None:
        """Swallow everything from now on, in both directions, without a word."""
        self.delay = lambda: None

    def speak(self) -> None:
        """Pass everything on at once."""
        self.delay = lambda: 0


@contextmanager
def line_to_the_cluster() -> Iterator[Line]:
    """Over TCP, as to another machine."""
    folder = parse_qs(urlsplit(os.environ["TEST_DATABASE_URL"]).query)["host"][0]
    with socket.create_server(("127.0.0.1", 0)) as listener:
        line = Line(listener.getsockname()[1], lambda: 0)

        def take() -> None:
            with suppress(OSError):
                while True:
                    near, _ = listener.accept()
                    far = socket.socket(socket.AF_UNIX)
                    far.connect(f"{folder}/.s.PGSQL.5432")
                    for source, target in ((near, far), (far, near)):
                        threading.Thread(
                            target=_pass_on, args=(line, source, target, source is far), daemon=True
                        ).start()

        threading.Thread(target=take, daemon=True).start()
        yield line
        listener.shutdown(socket.SHUT_RDWR)


def _pass_on(line: Line, source: socket.socket, target: socket.socket, is_answer: bool) -> None:
    with suppress(OSError):
        while piece := source.recv(65536):
            delay = line.delay()
            if delay is None:
                continue
            if is_answer:
                time.sleep(delay)
            target.sendall(piece)
    with suppress(OSError):
        target.shutdown(socket.SHUT_RDWR)
