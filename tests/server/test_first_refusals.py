"""A process that may open no more files refuses what it would refuse: nothing is read from disk to say no."""

from __future__ import annotations

import http.client
import json
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.servers import Server, Site
from tests.server.test_connections import children


@contextmanager
def no_descriptors(server: Server) -> Iterator[None]:
    """None is left, and those that are open go on."""
    (worker,) = children(server.process.pid)
    before = resource.prlimit(worker, resource.RLIMIT_NOFILE)
    used = 1 + max(int(each.name) for each in Path(f"/proc/{worker}/fd").iterdir())
    resource.prlimit(worker, resource.RLIMIT_NOFILE, (used, before[1]))
    yield
    resource.prlimit(worker, resource.RLIMIT_NOFILE, before)


@pytest.mark.parametrize("role", ["all", "gate"])
def test_the_first_no_is_said_without_opening_a_file(own_site: Site, role: str) -> None:
    key = own_site.key("billing")
    with own_site.with_settings(WEB_THREADS="1", ROLE=role).serve() as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)

        def ping(presented: str) -> tuple[int, bytes]:
            connection.request("GET", "/api/v1/ping/", headers={"Authorization": f"Bearer {presented}"})
            answer = connection.getresponse()
            return answer.status, answer.read()

        assert ping(key)[0] == 200  # The thread has its connection to the database.
        with no_descriptors(server):
            status, body = ping(f"ica_{51 * 'A'}")
            assert status == 401
            assert json.loads(body)["errors"][0]["code"] == "invalid_token"
            assert ping(key) == (200, b'{"status":"ok"}')
        assert "Traceback" not in server.log.read_text()
