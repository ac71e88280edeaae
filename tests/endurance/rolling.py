"""Programs that go on asking while servers come and go: each round asks those in use, as a balancer would send it."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import count
from typing import Any

from tests.server.servers import Answer, Server

VERIFYING, CHANGING = 3, 2  # programs


@dataclass
class Rolling:
    """The servers in use, and what was heard of them."""

    keys: list[str]
    writer: str
    servers: list[Server]
    answers: Counter[str] = field(default_factory=Counter)
    longest: dict[str, float] = field(default_factory=dict)  # seconds, by what was asked
    _turn: int = 0
    _turns: dict[int, int] = field(default_factory=dict)

    def retire(self, server: Server) -> None:
        """Send it nothing more; returns when what was sent is answered."""
        self.servers = [each for each in self.servers if each is not server]
        self._turn += 1
        while any(turn < self._turn for turn in self._turns.values()):
            time.sleep(0.01)

    def begin_round(self, program: int) -> list[Server]:
        """The servers to ask in this round."""
        self._turns[program] = self._turn
        return self.servers

    def end(self, program: int) -> None:
        """It asks no more."""
        self._turns.pop(program, None)

    def asked(self, what: str, ask: Callable[[], Answer]) -> Answer | None:
        """Note how that ends, and how long it takes."""
        began = time.monotonic()
        answer = None
        try:
            answer = ask()
            self.answers[f"{what} {answer.status}"] += 1
        except (OSError, HTTPException) as error:
            self.answers[f"{what} {error!r}"] += 1
        self.longest[what] = max(self.longest.get(what, 0.0), time.monotonic() - began)
        return answer

    def verify(self, server: Server, key: str, what: str = "verify") -> None:
        """Ask the gate of this server."""
        headers = {"Authorization": f"Bearer {key}"}
        self.asked(what, lambda: server.ask("GET", "/auth/verify/", headers=headers))


def _verify(rolling: Rolling, servers: list[Server], _name: str) -> None:
    rolling.verify(random.choice(servers), random.choice(rolling.keys))


def _change(rolling: Rolling, servers: list[Server], name: str) -> None:
    """Generate, rotate, end the old key and revoke, each at any of them; after each, all are asked."""
    made = _done(rolling, "generate", servers, "POST", "", name=name)
    if made is None:
        return
    path, key = f"{made['id']}/", made["key"]
    _expect(rolling, servers, passing=[key])
    rotated = _done(rolling, "rotate", servers, "POST", f"{path}rotation/")
    if rotated is not None:
        _expect(rolling, servers, passing=[key, rotated["key"]])
        if _done(rolling, "complete", servers, "POST", f"{path}rotation/completion/") is not None:
            _expect(rolling, servers, passing=[rotated["key"]], over=[key])
            key = rotated["key"]
    if _done(rolling, "revoke", servers, "DELETE", path) is not None:
        _expect(rolling, servers, over=[key])


def _done(
    rolling: Rolling, what: str, servers: list[Server], method: str, path: str, **fields: Any
) -> dict[str, Any] | None:
    """What one of them answers, if it has done it."""
    server = random.choice(servers)
    answer = rolling.asked(what, lambda: server.call(method, f"access-keys/{path}", rolling.writer, **fields))
    if answer is None or answer.status >= 300:
        return None
    return answer.json if answer.body else {}


def _expect(
    rolling: Rolling,
    servers: list[Server],
    *,
    passing: list[str] | None = None,
    over: list[str] | None = None,
) -> None:
    for server in servers:
        for key in passing or []:
            rolling.verify(server, key)
        for key in over or []:
            rolling.verify(server, key, "verify what is over")


@contextmanager
def rolling(server: Server, keys: list[str], writer: str) -> Iterator[Rolling]:
    """Within the block, programs ask without a pause."""
    house, over = Rolling(keys, writer, [server]), threading.Event()

    def program(number: int, ask: Callable[[Rolling, list[Server], str], None]) -> None:
        try:
            for each in count():
                if over.is_set():
                    break
                servers = house.begin_round(number)
                if servers:
                    ask(house, servers, f"rolling_{number}_{each}")
                else:
                    time.sleep(0.01)
        finally:
            house.end(number)

    asking = [_verify] * VERIFYING + [_change] * CHANGING
    threads = [threading.Thread(target=program, args=each) for each in enumerate(asking)]
    for thread in threads:
        thread.start()
    try:
        yield house
    finally:
        over.set()
        for thread in threads:
            thread.join()
