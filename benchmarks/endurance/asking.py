"""A program that asks, and notes when it began and when it had its answer."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Mapping
from typing import Any, NamedTuple

LOCALHOST = "127.0.0.1"
PATIENCE = 10  # seconds; after that there is no answer
GATE = "/auth/verify/?dialect=caddy"


class Answer(NamedTuple):
    """A status of 0 is none: the connection broke, or nothing came for too long."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    began: float
    ended: float
    cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        """The body, where it is JSON."""
        return json.loads(self.body)

    @property
    def is_clear(self) -> bool:
        """Whether it says what was done. After 503 a commit may have been, or not."""
        return self.status not in {0, 500, 502, 503}


class Client:
    """One connection at a time, kept or not."""

    def __init__(self, port: int, *, is_kept: bool = True) -> None:
        self._connection = http.client.HTTPConnection(LOCALHOST, port, timeout=PATIENCE)
        self._is_kept = is_kept

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """One request, once."""
        began = time.monotonic()
        try:
            self._connection.request(method, path, body, dict(headers or {}))
            response = self._connection.getresponse()
            cookies = tuple(response.msg.get_all("Set-Cookie") or ())
            content = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return Answer(0, {}, b"", began, time.monotonic())
        ended = time.monotonic()
        if not self._is_kept:
            self._connection.close()
        return Answer(response.status, response.headers, content, began, ended, cookies)

    def call(
        self, method: str, path: str, key: str, fields: Mapping[str, Any] | None = None, **more: str
    ) -> Answer:
        """One request to the API."""
        headers = {"Authorization": f"Bearer {key}", **more}
        if fields is None:
            return self.ask(method, f"/api/v1/{path}", headers)
        headers["Content-Type"] = "application/json"
        return self.ask(method, f"/api/v1/{path}", headers, json.dumps(fields).encode())

    def verify(self, key: str) -> Answer:
        """One question at the gate."""
        return self.ask("GET", GATE, {"Authorization": f"Bearer {key}"})
