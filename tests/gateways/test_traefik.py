"""What Traefik makes of rules that are added to its files, and of the port by which it asks."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.gateways.client import send
from tests.gateways.gateways import gateway
from tests.gateways.process import Process
from tests.gateways.recorder import Recorder
from tests.gateways.server import IdentityCloud

# It names no entry point, as many do.
ROUTER = """\
    added:
      rule: {rule}
      middlewares: [strip-claims, {asks}, keep-the-key]
"""


class Traefik:
    """Traefik in front of the application, with what a test makes of its second file."""

    def __init__(self, home: Path, identity_cloud: IdentityCloud, application: Recorder) -> None:
        self._process = gateway(
            "traefik", home, identity_cloud=identity_cloud.port, application=application.port
        )
        self._file = home / "access_keys.yaml"
        asks = re.search(
            r"^  questions:\n    address: 127\.0\.0\.1:(\d+)$", (home / "traefik.yaml").read_text(), re.M
        )
        assert asks
        self.asks_by = int(asks[1])

    def change(self, old: str, new: str) -> None:
        """Before it starts."""
        text = self._file.read_text()
        assert text.count(old) == 1
        self._file.write_text(text.replace(old, new))

    def add(self, rule: str, asks: str) -> None:
        """Add a router."""
        self.change("  routers:\n", "  routers:\n" + ROUTER.format(rule=rule, asks=asks))

    @contextmanager
    def running(self) -> Iterator[Process]:
        self._process.start()
        try:
            yield self._process
        finally:
            self._process.stop()


@pytest.fixture
def traefik(tmp_path: Path, identity_cloud: IdentityCloud, application: Recorder) -> Traefik:
    return Traefik(tmp_path, identity_cloud, application)


def test_a_line_gives_another_path_its_scopes(traefik: Traefik, application: Recorder, reader: str) -> None:
    traefik.change('"orders:read"\n', '"orders:read"\n  "/o" "prices:read+orders:write"\n')

    with traefik.running() as process:
        response = send(process.port, "/o", key=reader)
        assert response.status == 403
        assert 'scope="orders:write"' in response.headers["WWW-Authenticate"]
        assert application.heard == []
        for path in ("/orders", "/"):
            assert send(process.port, path, key=reader).status == 200


def test_the_rule_for_all_other_paths_is_tried_last(
    traefik: Traefik, application: Recorder, reader: str, stranger: str
) -> None:
    """By itself, Traefik would go by the length of rules."""
    traefik.add("Path(`/a`)", '"access-key/orders"')
    traefik.change(": &asked [", ": &asked [added, ")

    with traefik.running() as process:
        assert send(process.port, "/a", key=stranger).status == 403
        assert application.heard == []
        assert send(process.port, "/a", key=reader).status == 200


def test_a_path_whose_router_cannot_be_made_is_closed(
    traefik: Traefik, application: Recorder, reader: str
) -> None:
    """Traefik leaves the router out, and takes the next that fits."""
    traefik.change('"access-key{{ $path }}", keep', '"access-kay{{ $path }}", keep')

    with traefik.running() as process:
        assert send(process.port, "/orders", key=reader).status == 404
        assert application.heard == []
        assert send(process.port, "/", key=reader).status == 200


def test_a_router_that_the_list_lacks_is_left_out(
    traefik: Traefik, application: Recorder, stranger: str
) -> None:
    """docs/gateways.md warns of it."""
    traefik.add("Path(`/a`)", '"access-key/orders"')

    with traefik.running() as process:
        assert send(process.port, "/a").status == 401
        assert application.heard == []
        assert send(process.port, "/a", key=stranger).status == 200


def test_where_it_asks_nothing_else_is_to_be_had(
    traefik: Traefik, application: Recorder, reader: str
) -> None:
    traefik.add("Path(`/a`)", "access-key")
    traefik.change(": &asked [", ": &asked [added, ")

    with traefik.running() as process:
        assert send(process.port, "/a", key=reader).status == 200
        application.heard.clear()
        for path in ("/", "/a", "/orders", "/api/v1/ping/", "/auth/verify/../../api/v1/ping/", "/ping"):
            assert send(traefik.asks_by, path, key=reader).status == 404
        assert application.heard == []
        assert send(traefik.asks_by, "/auth/verify/", key=reader).status == 200
