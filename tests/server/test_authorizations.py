"""More than one ``Authorization``: of two keys none is picked, whichever door is asked."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlencode

import pytest

from tests.server.servers import Server, Site

DOORS = {
    "API": "GET /api/v1/ping/",
    "gate, in the worker": "GET /auth/verify/",
    "gate, in Django": "GET /auth/%76erify/",
    "metrics": "GET /metrics/",
    "introspection": "POST /oauth2/introspect/",
}
KEY = "Bearer {key}"
LINES = {
    "twice the same": (KEY, KEY),
    "twice the same, in another case": (KEY, KEY.replace("Bearer", "bearer")),
    "a good one and a bad one": (KEY, "Bearer nonsense"),
    "a bad one and a good one": ("Bearer nonsense", KEY),
    "a good one and an empty one": (KEY, ""),
    "a good one and a password": (KEY, "Basic YTpi"),
    "three": (KEY, KEY, KEY),
    "in one line": (f"{KEY}, {KEY}",),
}
NO_KEY_AT_ALL = {"an empty one and a good one": ("", KEY), "a password and a good one": ("Basic YTpi", KEY)}


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.serve() as running:
        yield running


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.key("twice", "--scope=access_keys:metrics", "--scope=access_keys:introspect")


def ask(server: Server, door: str, key: str, lines: tuple[str, ...]) -> tuple[int, str]:
    """The status, and the challenge."""
    form = urlencode({"token": key})
    head = [
        f"{DOORS[door]} HTTP/1.1",
        "Host: 127.0.0.1:8000",
        "Connection: close",
        "Content-Type: application/x-www-form-urlencoded",
        f"Content-Length: {len(form) if 'POST' in DOORS[door] else 0}",
        *(f"Authorization: {line.replace('{key}', key)}" for line in lines),
    ]
    received = server.raw("\r\n".join([*head, "", form if "POST" in DOORS[door] else ""]).encode()).decode()
    assert key not in received
    fields = dict(line.split(": ", 1) for line in received.partition("\r\n\r\n")[0].split("\r\n")[1:])
    return int(received.split(" ")[1]), fields.get("WWW-Authenticate", "")


@pytest.mark.parametrize("door", DOORS)
class TestEachDoor:
    def test_one_passes(self, server: Server, key: str, door: str) -> None:
        assert ask(server, door, key, (KEY,))[0] == 200

    @pytest.mark.parametrize("lines", LINES.values(), ids=LINES)
    def test_several_are_one_that_is_malformed(
        self, server: Server, key: str, door: str, lines: tuple[str, ...]
    ) -> None:
        said = server.log.read_text().count("Key refused: malformed")
        refused = (401, 'Bearer realm="identity-cloud", error="invalid_token"')
        assert ask(server, door, key, lines) == refused == ask(server, door, key, ("Bearer nonsense",))
        assert server.log.read_text().count("Key refused: malformed") == said + 2

    @pytest.mark.parametrize("lines", NO_KEY_AT_ALL.values(), ids=NO_KEY_AT_ALL)
    def test_behind_something_else_there_is_none(
        self, server: Server, key: str, door: str, lines: tuple[str, ...]
    ) -> None:
        assert ask(server, door, key, lines) == (401, 'Bearer realm="identity-cloud"')
