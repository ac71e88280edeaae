"""Answers that are written without an application, and those of one that breaks off."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from typing import Any

from accesskeys import gate
from accesskeys.http import PROGRAMS_PATHS, RETRY_AFTER_SECONDS
from identity_cloud import browsers
from identity_cloud.request_ids import HEADER
from server.line import TURN
from server.sockets import PatientSocket

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]

_BUSY = "Too many pages are asked for at the moment. Try again in a few seconds."


def written(answer: gate.Answer, *, keep: bool, request_id: str, ours: bool = False) -> bytes:
    """The head of an answer (RFC 9112, section 4), which is all of it. ``ours``: see ``browsers.is_ours``."""
    lines = [
        f"HTTP/1.1 {answer.status.value} {answer.status.phrase}",
        f"Date: {_date(int(time.time()))}",
        f"Connection: {'keep-alive' if keep else 'close'}",
        f"{HEADER}: {request_id}",
        *_told(ours),
        *(f"{name}: {value}" for name, value in answer.headers.items()),
        "\r\n",
    ]
    head = "\r\n".join(lines)
    if head.count("\n") != len(lines):
        raise ValueError("A header has a line break")
    return head.encode("latin-1")


@lru_cache
def _told(ours: bool) -> tuple[str, ...]:
    """For browsers: the same each time, and a decision is not to wait for it."""
    return tuple(f"{name}: {value}" for name, value in browsers.told(ours=ours).items())


def busy(path: str, request_id: str, *, ours: bool = False) -> bytes:
    """503, at once, for a page: the threads for pages are taken, and enough requests wait for them."""
    answer, body = _busy(path)
    return written(answer, keep=False, request_id=request_id, ours=ours) + body


@lru_cache
def _busy(path: str) -> tuple[gate.Answer, bytes]:
    kind, text = "text/plain; charset=utf-8", _BUSY
    if path.startswith((*PROGRAMS_PATHS, gate.PATH)):
        error = {"code": "unavailable", "detail": _BUSY, "attr": None}
        kind, text = "application/json", json.dumps({"type": "server_error", "errors": [error]})
    headers = {
        "Retry-After": str(RETRY_AFTER_SECONDS),
        "Cache-Control": "no-store",
        "Content-Type": kind,
        "Content-Length": str(len(text)),
    }
    return gate.Answer(HTTPStatus.SERVICE_UNAVAILABLE, headers), text.encode()


class Refused:
    """The socket of a request that could not be read. What gunicorn writes of it is in latin-1, and does not say so."""

    _WRITTEN = b"\r\nContent-Type: text/html\r\n"
    _TOLD = "".join(f"{name}: {value}\r\n" for name, value in browsers.HEADERS.items()).encode()

    def __init__(self, sock: Any, request_id: str) -> None:
        self._sock = sock
        self._id = f"{HEADER}: {request_id}\r\n".encode()

    def gettimeout(self) -> float:
        """gunicorn asks whether sending may wait."""
        return 0.0

    def sendall(self, data: bytes) -> None:
        """The whole of it."""
        told = b"\r\nContent-Type: text/html; charset=iso-8859-1\r\n" + self._TOLD + self._id
        self._sock.sendall(data.replace(self._WRITTEN, told, 1))


def resetting(application: Application) -> Application:
    """An application whose streamed answers, where they break off, end with a reset.

    Without a length and in HTTP/1.0, an orderly end would make a part of a file seem to be the whole.
    """

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        response = application(environ, start_response)
        if getattr(response, "streaming", False):
            return Streamed(response, environ["gunicorn.socket"])
        return response

    return answer


class Streamed:
    """An answer in pieces, each made when the one before has been handed over."""

    def __init__(self, response: Any, sock: PatientSocket) -> None:
        self._response = response
        self._sock = sock

    def __iter__(self) -> Iterator[bytes]:
        try:
            for piece in self._response:
                yield piece
                TURN.pass_on()
        except Exception:
            self._sock.abort()
            raise

    def close(self) -> None:
        """Let go of what the answer was made from."""
        self._response.close()


@lru_cache(maxsize=2)
def _date(second: int) -> str:
    return formatdate(second, usegmt=True)
