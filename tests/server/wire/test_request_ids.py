"""The id of a request as a real server says it: at the gate, in Django, to those it turns away, and in its log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.server.servers import Answer, Server, Site

FORGED = {"Authorization": f"Bearer ica_{51 * 'A'}"}
OURS = re.compile(r"[0-9a-f]{12}-[0-9a-f]+")
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
NAMED = {"X-Request-Id": "from-the-proxy", "traceparent": f"00-{TRACE}-00f067aa0ba902b7-01"}
PATHS = (
    "/auth/verify/",
    "/auth/%76erify/",
    "/health/live",
    "/api/v1/ping/",
    "/accounts/login/",
    "/static/none",
)


@pytest.fixture(scope="module")
def behind(site: Site) -> Iterator[Server]:
    """Behind a proxy, which is this machine; its log is JSON."""
    settings = {
        "TRUSTED_PROXIES": "127.0.0.1/32",
        "LOG_FORMAT": "json",
        "LOG_LEVEL": "INFO",
        "WEB_CONCURRENCY": "2",
    }
    with site.with_settings(**settings).serve() as running:
        yield running


def ask(server: Server, path: str, headers: Mapping[str, str] = {}) -> Answer:
    return server.ask("GET", path, headers={"Host": "127.0.0.1:8000", **headers})


def records(server: Server) -> list[dict[str, Any]]:
    """All that is JSON: what was said before the log began is not."""
    return [json.loads(line) for line in server.log.read_text().splitlines() if line.startswith("{")]


@pytest.mark.parametrize("path", PATHS)
def test_a_proxy_names_it_and_a_stranger_does_not(server: Server, behind: Server, path: str) -> None:
    assert ask(behind, path, NAMED).headers["X-Request-Id"] == "from-the-proxy"
    assert OURS.fullmatch(ask(server, path, NAMED).headers["X-Request-Id"])
    assert OURS.fullmatch(ask(behind, path, {"X-Request-Id": "a b"}).headers["X-Request-Id"])


def test_no_two_answers_have_one(behind: Server) -> None:
    def ids(path: str) -> str:
        return ask(behind, path).headers["X-Request-Id"]

    with ThreadPoolExecutor(8) as crowd:
        found = list(crowd.map(ids, 50 * PATHS[:4]))
    assert len(set(found)) == len(found) == 200


@pytest.mark.parametrize("path", ["/auth/verify/", "/api/v1/ping/"])
def test_its_lines_have_it(behind: Server, path: str) -> None:
    named = {**FORGED, **NAMED, "X-Request-Id": path.strip("/").replace("/", ".")}
    own = ask(behind, path, FORGED).headers["X-Request-Id"]
    ask(behind, path, named)
    by_id = {record["request_id"]: record for record in records(behind) if "request_id" in record}
    assert by_id[own]["level"] in ("INFO", "WARNING")
    assert "trace_id" not in by_id[own]
    assert by_id[named["X-Request-Id"]]["trace_id"] == TRACE
    assert not [
        record
        for record in records(behind)
        if record["logger"] == "gunicorn.error" and "request_id" in record
    ]
    assert "ica_A" not in behind.log.read_text()


def test_two_names_are_none(behind: Server) -> None:
    request = b"GET /auth/verify/ HTTP/1.1\r\nHost: a\r\nX-Request-Id: one\r\nX-Request-Id: two\r\n\r\n"
    said = re.search(rb"X-Request-Id: (\S+)\r\n", behind.raw(request))
    assert said
    assert OURS.fullmatch(said[1].decode())


def test_a_line_is_text_where_nothing_else_is_asked_for(server: Server) -> None:
    said = ask(server, "/auth/verify/", FORGED).headers["X-Request-Id"]
    [line] = [line for line in server.log.read_text().splitlines() if f"[{said}]" in line]
    assert re.fullmatch(
        r"\S+Z INFO \[\S+\] accesskeys\.authentication: Key refused: forged, from 127\.0\.0\.1", line
    )


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/9.9\r\nHost: a\r\n\r\n", b"400"),
        (b"GET / HTTP/1.1\r\nHost: a\r\nX-A: " + 9_000 * b"a" + b"\r\n\r\n", b"431"),
    ],
    ids=["no such version", "a long header"],
)
def test_what_cannot_be_read_has_one(server: Server, request_: bytes, status: bytes) -> None:
    said = server.raw(request_)
    assert said.split(b" ", 2)[1] == status
    found = re.search(rb"X-Request-Id: (\S+)\r\n", said)
    assert found
    assert OURS.fullmatch(found[1].decode())
    [line] = [line for line in server.log.read_text().splitlines() if f"[{found[1].decode()}]" in line]
    assert " gunicorn.error: Invalid request from ip=127.0.0.1" in line
