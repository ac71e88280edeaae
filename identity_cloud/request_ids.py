"""Which request a thread is at: a name for it, on every answer and every line of the log. See docs/decisions/0043."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Callable
from itertools import count
from secrets import token_hex
from typing import Final

from django.http import HttpRequest, HttpResponse

from accesskeys.core import conf, keys_in_text
from accesskeys.core.networks import contains, parse_address

HEADER: Final = "X-Request-Id"

_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_TRACE_PARENT = re.compile(
    r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:-.*)?"
)


Names = tuple[
    str, str
]  # The id of a request, and of the trace that it is a part of. A plain tuple is made at each.

_NONE: Final = ("", "")


class _Current(threading.local):
    names: Names = _NONE


_current = _Current()


def current() -> tuple[str, str]:
    """The id of the request that this thread is at, and of its trace; empty where there is none."""
    request_id, parent = _current.names
    return request_id, parent[3:35]


def trace_parent() -> str:
    """Where the request stands in its trace (W3C Trace Context), if a trusted proxy said so."""
    return _current.names[1]


def begin(peer: str, request_id: str = "", parent: str = "") -> str:
    """A request from this peer begins, with what it says of itself; returns its id.

    A trusted proxy may name it, and the trace that it is a part of (W3C Trace Context). What may be a key is no name.
    """
    named = traced = ""
    if (request_id or parent) and _is_trusted(peer):
        if _ID.fullmatch(request_id) and not keys_in_text.is_in(request_id):
            named = request_id
        if _TRACE_PARENT.fullmatch(parent):
            traced = parent
    named = named or f"{_process}-{next(_numbers):x}"
    _current.names = (named, traced)
    return named


def end() -> None:
    """The thread is at no request any more, says our worker; elsewhere the next one takes its place."""
    _current.names = _NONE


class RequestIdMiddleware:
    """The outermost: whatever is answered has the id. What Django says of an answer, it says after all middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        said = request.META.get
        request_id = begin(
            said("REMOTE_ADDR", ""), said("HTTP_X_REQUEST_ID", ""), said("HTTP_TRACEPARENT", "")
        )
        response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response


def _is_trusted(peer: str) -> bool:
    address = parse_address(peer)
    return address is not None and contains(conf.trusted_proxies(), address)


def _begin() -> None:
    """Also in the child of a fork: its numbers begin anew, and no two processes say the same."""
    global _process, _numbers
    _process, _numbers = token_hex(6), count(1)


_process: str
_numbers: count[int]
_begin()
os.register_at_fork(after_in_child=_begin)
