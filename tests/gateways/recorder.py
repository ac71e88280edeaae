"""A small server that remembers what it was asked: the application behind a gateway, or a stand-in for ours."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Heard:
    """One request as it arrived."""

    method: str
    path: str
    headers: Headers
    body: bytes
    connection: tuple[str, int]

    def values(self, name: str) -> list[str]:
        """The values of all lines of a header."""
        return [value for line, value in self.headers if line.lower() == name.lower()]


@dataclass(frozen=True)
class Answer:
    """What to say."""

    status: int = 200
    headers: Headers = ()
    body: bytes = b""


@dataclass
class Recorder:
    """The server. ``heard`` is what it was asked, oldest first; ``answer`` decides what it says."""

    answer: Callable[[Heard], Answer]
    heard: list[Heard] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._server = _Server(("127.0.0.1", 0), _handler(self))
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    @property
    def port(self) -> int:
        return self._server.server_port


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A gateway that hangs up is no error of the test."""


def _handler(recorder: Recorder) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1  # One packet an answer.

        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            heard = Heard(self.command, self.path, self.headers.items(), body, self.client_address)
            recorder.heard.append(heard)
            answer = recorder.answer(heard)
            self.send_response(answer.status)
            for name, value in answer.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _answer  # noqa: N815

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    return Handler
