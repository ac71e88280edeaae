"""One round of a revocation drill: connections that ask without pause while an access key is revoked.

Each connection is kept, so behind a server of several processes it stays with the process that took it.
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import NamedTuple, Self
from urllib.parse import SplitResult, urlsplit

WARM_ANSWERS = 3  # 2xx on each connection before the key is revoked
COLD_ANSWERS = 3  # refusals on each connection before it stops asking
# 429 is how an address that keeps presenting bad keys is refused; a good key never hears it for that.
REFUSALS = frozenset({401, 403, 429})


class DrillFailed(Exception):
    """An address cannot be tried. ``str()`` is a sentence."""


@dataclass(frozen=True)
class Target:
    """An address to ask."""

    url: str

    @classmethod
    def parse(cls, url: str) -> Self:
        """Raises DrillFailed for anything but an http or https address without a password."""
        try:
            parts = urlsplit(url)
            usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        except ValueError:
            usable = False
        if not usable or "@" in parts.netloc or not (url.isascii() and url.isprintable()) or " " in url:
            raise DrillFailed(f"{url!r} is not an http or https address such as https://keys.example.com/.")
        return cls(url)

    def connect(self, timeout: float) -> HTTPConnection:
        """A connection that opens at its first request. Redirects are not followed: the key stays here."""
        if self._context:
            return HTTPSConnection(self._host, self._parts.port, timeout=timeout, context=self._context)
        return HTTPConnection(self._host, self._parts.port, timeout=timeout)

    def check(self, timeout: float) -> None:
        """Raise DrillFailed if nobody is asked for a key here: then nothing can be learned from it."""
        connection = self.connect(timeout)
        try:
            connection.request("GET", self.path)
            status = connection.getresponse().status
        except (OSError, HTTPException) as error:
            raise DrillFailed(self.unreachable(error)) from None
        finally:
            connection.close()
        if 200 <= status < 300:
            raise DrillFailed(f"{self.url} asks for no key: without one it answered {status}.")

    def unreachable(self, error: Exception) -> str:
        """What there is to say when the connection fails."""
        return f"{self.url} cannot be reached: {error or type(error).__name__}."

    @cached_property
    def path(self) -> str:
        """What stands in the request line."""
        return (self._parts.path or "/") + (f"?{self._parts.query}" if self._parts.query else "")

    @cached_property
    def _parts(self) -> SplitResult:
        return urlsplit(self.url)

    @cached_property
    def _host(self) -> str:
        return self._parts.hostname or ""

    @cached_property
    def _context(self) -> ssl.SSLContext | None:
        return ssl.create_default_context() if self._parts.scheme == "https" else None


class Answer(NamedTuple):
    """One request: when it started and when it was answered (seconds of the monotonic clock), and how."""

    began: float
    ended: float
    status: int

    @property
    def is_acceptance(self) -> bool:
        return 200 <= self.status < 300

    @property
    def is_refusal(self) -> bool:
        return self.status in REFUSALS


@dataclass(frozen=True)
class Tally:
    """What one address did in one round. ``delay`` is in seconds, None if it never refused."""

    requests: int
    requests_after: int
    accepted_after: int
    delay: float | None
    last_status: int


class Round:
    """Connections to all targets, which ask no longer than the block lasts."""

    def __init__(self, targets: Sequence[Target], key: str, *, connections: int, timeout: float) -> None:
        self._timeout = timeout
        self._watchers = {
            target: [_Watcher(target, key, timeout) for _ in range(connections)] for target in targets
        }

    def __enter__(self) -> Self:
        for watcher in self._all:
            watcher.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop()

    def warm_up(self) -> None:
        """Wait until every connection has been accepted several times; raises DrillFailed if one is not."""
        deadline = time.monotonic() + self._timeout
        for watcher in self._all:
            if not watcher.warm.wait(deadline - time.monotonic()):
                raise DrillFailed(
                    f"{watcher.target.url} did not answer every connection within {self._timeout:g} s."
                )
            watcher.check()

    def watch(self, revoked_at: float) -> dict[Target, Tally]:
        """Wait until every connection is refused, or for the timeout, and tell what happened.

        A request that started after ``revoked_at`` started after the revoke had answered.
        """
        for watcher in self._all:
            watcher.revoked_at = revoked_at
        for watcher in self._all:
            watcher.join(max(0.0, revoked_at + self._timeout - time.monotonic()))
        self._stop()
        for watcher in self._all:
            watcher.check()
        return {
            target: _tally([answer for watcher in watchers for answer in watcher.answers], revoked_at)
            for target, watchers in self._watchers.items()
        }

    def _stop(self) -> None:
        for watcher in self._all:
            watcher.stopped.set()
        for watcher in self._all:
            watcher.join()

    @property
    def _all(self) -> list[_Watcher]:
        return [watcher for watchers in self._watchers.values() for watcher in watchers]


def _tally(answers: Sequence[Answer], revoked_at: float) -> Tally:
    after = [answer for answer in answers if answer.began > revoked_at]
    refused_at = min((answer.ended for answer in answers if answer.is_refusal), default=None)
    return Tally(
        requests=len(answers),
        requests_after=len(after),
        accepted_after=sum(answer.is_acceptance for answer in after),
        # A request under way during the revoke may be refused before the revoke has answered.
        delay=None if refused_at is None else max(0.0, refused_at - revoked_at),
        last_status=max(answers, key=lambda answer: answer.ended).status,
    )


class _Watcher(threading.Thread):
    """One kept connection. It asks until it is stopped, or refused several times after the revoke."""

    def __init__(self, target: Target, key: str, timeout: float) -> None:
        super().__init__(daemon=True)
        self.target = target
        self.answers: list[Answer] = []
        self.warm = threading.Event()
        self.stopped = threading.Event()
        self.revoked_at: float | None = None
        self._problem: str | None = None
        self._headers = {"Authorization": f"Bearer {key}"}
        self._connection = target.connect(timeout)

    def run(self) -> None:
        try:
            if self._is_accepted():
                self.warm.set()
                self._ask_until_refused()
        except (OSError, HTTPException) as error:
            self._problem = self.target.unreachable(error)
        finally:
            self.warm.set()
            self._connection.close()

    def check(self) -> None:
        """Raise DrillFailed if this connection has met a problem."""
        if self._problem:
            raise DrillFailed(self._problem)

    def _is_accepted(self) -> bool:
        for _ in range(WARM_ANSWERS):
            answer = self._ask()
            if not answer.is_acceptance:
                self._problem = f"{self.target.url} does not accept the key: it answered {answer.status}."
                return False
        return True

    def _ask_until_refused(self) -> None:
        refused = 0
        while refused < COLD_ANSWERS and not self.stopped.is_set():
            answer = self._ask()
            revoked = self.revoked_at is not None and answer.began > self.revoked_at
            refused += revoked and answer.is_refusal

    def _ask(self) -> Answer:
        try:
            answer = self._ask_once()
        except ConnectionError:
            self._connection.close()
            answer = self._ask_once()  # A server may end a kept connection whenever it likes.
        self.answers.append(answer)
        return answer

    def _ask_once(self) -> Answer:
        began = time.monotonic()
        self._connection.request("GET", self.target.path, headers=self._headers)
        response = self._connection.getresponse()
        response.read()
        return Answer(began, time.monotonic(), response.status)
