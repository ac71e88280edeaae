"""``/health/live`` and ``/health/ready``: what probes hear, with the last slash or without, ahead of everything else.

Names and states alone: anybody may ask.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final, NamedTuple

from accesskeys.http import RETRY_AFTER_SECONDS
from identity_cloud.health.ready import READINESS

LIVE: Final = ("/health/live", "/health/live/")
READY: Final = ("/health/ready", "/health/ready/")
PATHS: Final = frozenset({*LIVE, *READY})

_NOT_ALLOWED = {
    "type": "client_error",
    "errors": [{"code": "method_not_allowed", "detail": "Ask with GET or HEAD.", "attr": None}],
}


class Answer(NamedTuple):
    """All there is to an answer."""

    status: HTTPStatus
    headers: Mapping[str, str]
    body: bytes


def answer(path: str, method: str, *, is_stopping: bool = False) -> Answer:
    """To one of the ``PATHS``. Who is stopping lives, and is not to be asked for anything new."""
    if method not in ("GET", "HEAD"):
        told = _answer(HTTPStatus.METHOD_NOT_ALLOWED, _NOT_ALLOWED, {"Allow": "GET, HEAD"})
    elif path in LIVE:
        told = _answer(HTTPStatus.OK, {"status": "ok"})
    elif is_stopping:
        told = _unavailable({"status": "stopping", "checks": {}})
    else:
        told = _ready()
    return told._replace(body=b"") if method == "HEAD" else told


def _ready() -> Answer:
    report = READINESS.report()
    checks = {name: finding.state for name, finding in report.findings.items()}
    if report.is_ready:
        return _answer(HTTPStatus.OK, {"status": "impaired" if report.failing else "ok", "checks": checks})
    return _unavailable({"status": "failed", "checks": checks})


def _unavailable(content: Mapping[str, Any]) -> Answer:
    return _answer(HTTPStatus.SERVICE_UNAVAILABLE, content, {"Retry-After": str(RETRY_AFTER_SECONDS)})


def _answer(status: HTTPStatus, content: Mapping[str, Any], headers: Mapping[str, str] = {}) -> Answer:
    body = json.dumps(content).encode()
    always = {
        "Cache-Control": "no-store",
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
    }
    return Answer(status, {**headers, **always}, body)
