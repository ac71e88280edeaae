"""``/auth/verify/`` as the server answers it, ahead of Django: ``server.workers.GateWorker``.

Another spelling of the address leads to Django, whose answers ``tests/gate`` knows: both must be the same.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import closing
from http import HTTPStatus

import pytest

from accesskeys.gate import Answer
from server.answers import written
from tests.server.servers import Server, Site

AHEAD, DJANGO = "/auth/verify/", "/auth/%76erify/"
OF_THE_SERVER = {"Date", "Connection", "Server", "X-Request-Id"}


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.key("at_the_gate", "--scope=orders:read", "--scope=orders:write")


def told(
    server: Server, method: str, path: str, headers: Mapping[str, str]
) -> tuple[int, dict[str, str], bytes]:
    answer = server.ask(method, path, headers=headers)
    return answer.status, {k: v for k, v in answer.headers.items() if k not in OF_THE_SERVER}, answer.body


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "DELETE", "OPTIONS", "PROPFIND"])
@pytest.mark.parametrize(
    ("query", "authorization", "status"),
    [
        ("", "Bearer {key}", 200),
        ("?scope=orders:read&scope=orders:write&dialect=envoy", "Bearer {key}", 200),
        ("?scope=orders:refund", "Bearer {key}", 403),
        ("", "Bearer ica_nonsense", 401),
        ("", "Basic {key}", 401),
        ("", "Bearer \u00ff\u00fe", 401),
        ("", None, 401),
        ("?dialect=another", "Bearer {key}", 503),
    ],
)
def test_the_answers_are_those_of_django(
    server: Server, key: str, method: str, query: str, authorization: str | None, status: int
) -> None:
    headers = {"Host": "orders.internal", "X-Forwarded-For": "192.0.2.1"}
    if authorization is not None:
        headers["Authorization"] = authorization.replace("{key}", key)
    ahead = told(server, method, AHEAD + query, headers)
    assert ahead == told(server, method, DJANGO + query, headers)
    assert (ahead[0], ahead[2]) == (status, b"")


def ask(server: Server, lines: str, *, version: str = "1.1", body: bytes = b"") -> bytes:
    head = f"POST {AHEAD} HTTP/{version}\r\nHost: a\r\n{lines}\r\n"
    return server.raw(head.encode("latin-1") + body)


def test_repeated_headers_are_joined(server: Server, key: str) -> None:
    once = f"Authorization: Bearer {key}\r\n"
    assert ask(server, once).startswith(b"HTTP/1.1 200 ")
    assert ask(server, 2 * once).startswith(b"HTTP/1.1 401 ")


def test_every_line_of_forwarding_is_read(site: Site) -> None:
    key = site.key("far_away")
    assert site.manage("limit_access_key", "far_away", "--network=192.0.2.0/24").returncode == 0
    with site.with_settings(TRUSTED_PROXIES="127.0.0.1/32").serve() as server:
        near = (
            f"Authorization: Bearer {key}\r\nX-Forwarded-For: 198.51.100.1\r\nX-Forwarded-For: 192.0.2.1\r\n"
        )
        far = (
            f"Authorization: Bearer {key}\r\nX-Forwarded-For: 192.0.2.1\r\nX-Forwarded-For: 198.51.100.1\r\n"
        )
        assert ask(server, near).startswith(b"HTTP/1.1 200 ")
        assert ask(server, far).startswith(b"HTTP/1.1 401 ")


def test_behind_a_proxy_that_names_the_client_ahead_of_http(site: Site) -> None:
    key = site.key("proxied")
    assert site.manage("limit_access_key", "proxied", "--network=192.0.2.0/24").returncode == 0
    with site.with_settings(
        GUNICORN_CMD_ARGS="--proxy-protocol v1 --proxy-allow-from 127.0.0.1"
    ).serve() as server:
        for path in (AHEAD, DJANGO):
            for client, status in (("192.0.2.7", b"200"), ("127.0.0.1", b"401")):
                line = f"PROXY TCP4 {client} 127.0.0.1 1024 80\r\n"
                head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAuthorization: Bearer {key}\r\n\r\n"
                assert server.raw((line + head).encode()).split(b" ")[1] == status


@pytest.mark.parametrize(
    ("version", "lines", "kept"),
    [
        ("1.1", "", True),
        ("1.1", "Connection: close\r\n", False),
        ("1.0", "", False),
        ("1.0", "Connection: keep-alive\r\n", True),
        ("1.1", "Content-Length: 3\r\n", True),
        ("1.1", "Expect: 100-continue\r\nContent-Length: 3\r\n", False),
    ],
)
def test_what_becomes_of_the_connection(server: Server, version: str, lines: str, kept: bool) -> None:
    answer = ask(server, lines, version=version, body=b"abc" if "Length" in lines else b"")
    head, _, rest = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 401 ")
    assert (b"\r\nConnection: keep-alive" in head, b"\r\nConnection: close" in head) == (kept, not kept)
    assert rest == b""


def test_a_body_is_not_taken_for_the_next_request(server: Server, key: str) -> None:
    smuggled = f"GET {AHEAD} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {key}\r\n\r\n".encode()
    with closing(socket.create_connection(("127.0.0.1", server.port), timeout=20)) as connection:
        connection.sendall(
            f"POST {AHEAD} HTTP/1.1\r\nHost: a\r\nContent-Length: {len(smuggled)}\r\n\r\n".encode() + smuggled
        )
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert received.count(b"HTTP/1.1 ") == 1
    assert received.startswith(b"HTTP/1.1 401 ")


def test_the_headers_are_bounded_here_too(server: Server) -> None:
    assert ask(server, "".join(f"X-{n}: {2000 * 'a'}\r\n" for n in range(40))).startswith(b"HTTP/1.1 431 ")


def test_no_header_can_begin_another() -> None:
    with pytest.raises(ValueError, match="line break"):
        written(
            Answer(HTTPStatus.OK, {"X-Access-Key-Name": "a\r\nX-Access-Key-Scopes: all"}),
            keep=True,
            request_id="id",
        )
