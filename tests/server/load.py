"""Programs that go on asking, over kept connections and over new ones, and note whatever they hear."""

from __future__ import annotations

import http.client
import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count


@dataclass
class Heard:
    """How often each status came, or what came in its place; and which access keys were generated."""

    answers: Counter[int | str] = field(default_factory=Counter)
    generated: list[str] = field(default_factory=list)


@contextmanager
def load(port: int, writer: str) -> Iterator[Heard]:
    """Within the block, five programs ask this port; two of them generate access keys."""
    heard, over = Heard(), threading.Event()
    headers = {"Authorization": f"Bearer {writer}", "Content-Type": "application/json"}

    def verify(connection: http.client.HTTPConnection, _name: str) -> int:
        return _answer(connection, "GET", "/auth/verify/", headers, None)

    def generate(connection: http.client.HTTPConnection, name: str) -> int:
        body = json.dumps({"name": name})
        status = _answer(connection, "POST", "/api/v1/access-keys/", headers, body)
        if status == 201:
            heard.generated.append(name)
        return status

    def program(number: int, ask: Callable[[http.client.HTTPConnection, str], int], is_kept: bool) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
        for each in count():
            if over.is_set():
                break
            try:
                heard.answers[ask(connection, f"load_{number}_{each}")] += 1
            except (OSError, http.client.HTTPException) as error:
                heard.answers[repr(error)] += 1
                connection.close()
            if not is_kept:
                connection.close()
        connection.close()

    programs = [(verify, True), (verify, True), (verify, False), (generate, True), (generate, False)]
    threads = [threading.Thread(target=program, args=(n, *each)) for n, each in enumerate(programs)]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        over.set()
        for thread in threads:
            thread.join()


def _answer(
    connection: http.client.HTTPConnection, method: str, path: str, headers: dict[str, str], body: str | None
) -> int:
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    response.read()
    return response.status
