"""Bodies in chunks, whose length nobody announced: read within the limit, wherever one is taken."""

from __future__ import annotations

import json
import re
import socket
from collections.abc import Iterable, Iterator
from urllib.parse import urlencode

import pytest

from tests.server.servers import Server, Site

API, INTROSPECT, LOGIN = "/api/v1/access-keys/", "/oauth2/introspect/", "/accounts/login/"
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
LIMIT = 64 * 1024  # bytes
END = b"0\r\n\r\n"


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.serve() as running:
        yield running


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    scopes = ("--scope=access_keys:write", "--scope=access_keys:read", "--scope=access_keys:introspect")
    return site.key("in_chunks", *scopes)


def chunks(*parts: bytes, end: bytes = END) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in parts) + end


def head(path: str, kind: str, *lines: str, method: str = "POST") -> bytes:
    fields = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1:8000", f"Content-Type: {kind}", *lines]
    return "\r\n".join([*fields, "Transfer-Encoding: chunked", "", ""]).encode()


def bearer(key: str) -> str:
    return f"Authorization: Bearer {key}"


def answers(received: bytes) -> list[int]:
    return [int(status) for status in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", received)]


def wish(name: str, size: int = 0) -> bytes:
    return json.dumps({"name": name}).encode().ljust(size)


def names(server: Server, key: str) -> set[str]:
    listed = server.call("GET", "access-keys/?page_size=100", key).json["results"]
    return {access_key["name"] for access_key in listed}


def halves(whole: bytes) -> Iterable[bytes]:
    return whole[: len(whole) // 2], whole[len(whole) // 2 :]


def test_the_api_reads_one(server: Server, key: str) -> None:
    for name, body in {
        "in_one": chunks(wish("in_one")),
        "in_two": chunks(*halves(wish("in_two"))),
        "bit_by_bit": chunks(*(bytes([byte]) for byte in wish("bit_by_bit"))),
        "extended": b"%x;name=value\r\n" % len(wish("extended")) + wish("extended") + b"\r\n" + END,
        "with_trailers": chunks(wish("with_trailers"), end=b"0\r\nX-Digest: none\r\n\r\n"),
        "to_the_last_byte": chunks(wish("to_the_last_byte", LIMIT)),
    }.items():
        received = server.raw(head(API, JSON, bearer(key)) + body)
        assert (name, answers(received)) == (name, [201])
        assert name in names(server, key)


def test_what_is_wrong_in_it_is_said(server: Server, key: str) -> None:
    received = server.raw(head(API, JSON, bearer(key)) + chunks(wish("a b")))
    assert answers(received) == [400]
    assert b'"attr":"name"' in received


def test_without_a_byte_it_is_none(server: Server, key: str) -> None:
    target = server.call("POST", "access-keys/", key, name="empty_body").json["id"]
    path = f"{API}{target}/suspension/"
    assert answers(server.raw(head(path, JSON, bearer(key), method="PUT") + END)) == [200]
    more = head(path, JSON, bearer(key), method="DELETE") + chunks(b'{"x": 1}')
    assert answers(server.raw(more)) == [400]
    assert server.call("GET", f"access-keys/{target}/", key).json["suspended_at"] is not None


def test_introspection_reads_one(server: Server, key: str) -> None:
    form = urlencode({"token": key}).encode()
    received = server.raw(head(INTROSPECT, FORM, bearer(key)) + chunks(*halves(form)))
    assert answers(received) == [200]
    assert b'"active":true' in received


def test_the_console_reads_one(own_site: Site) -> None:
    made = own_site.manage(
        "create_first_operator",
        DJANGO_SUPERUSER_USERNAME="operator",
        DJANGO_SUPERUSER_PASSWORD="a long passphrase",
    )
    assert made.returncode == 0, made.stderr
    with own_site.serve() as server:
        csrf = server.ask("GET", LOGIN).cookies[0].split(";")[0]
        fields = {"login": "operator", "password": "a long passphrase"}
        form = urlencode({**fields, "csrfmiddlewaretoken": csrf.partition("=")[2]}).encode()
        received = server.raw(head(LOGIN, FORM, f"Cookie: {csrf}") + chunks(*halves(form)))
        assert answers(received) == [302]
        assert b"Set-Cookie: sessionid=" in received
        received = server.raw(head(LOGIN, FORM, f"Cookie: {csrf}") + chunks(form, end=b""))
        assert answers(received) in ([400], [])


@pytest.mark.parametrize(("path", "kind"), [(API, JSON), (INTROSPECT, FORM), (LOGIN, FORM)])
def test_beyond_the_limit_it_is_refused(server: Server, key: str, path: str, kind: str) -> None:
    before = names(server, key)
    for body in (chunks(wish("too_large", LIMIT + 1)), chunks(*[b" " * 8000] * 20, wish("too_large"))):
        received = server.raw(head(path, kind, bearer(key)) + body)
        assert answers(received) == [413]
        assert b"larger than this server accepts" in received
    assert names(server, key) == before


BROKEN = {
    "in a chunk": b"ff\r\n" + wish("broken"),
    "after a chunk": chunks(wish("broken"), end=b""),
    "before the trailers end": chunks(wish("broken"), end=b"0\r\n"),
    "no size": b"zz\r\n" + wish("broken") + b"\r\n" + END,
    "a negative size": b"-1\r\n" + wish("broken") + b"\r\n" + END,
    "a size that is too small": b"5\r\n" + wish("broken") + b"\r\n" + END,
    "no chunk at all": wish("broken"),
}


@pytest.mark.parametrize(("path", "kind"), [(API, JSON), (INTROSPECT, FORM), (LOGIN, FORM)])
@pytest.mark.parametrize("body", BROKEN.values(), ids=BROKEN)
def test_one_that_is_broken_does_nothing(server: Server, key: str, path: str, kind: str, body: bytes) -> None:
    received = server.raw(head(path, kind, bearer(key)) + body)
    assert answers(received) == [400]
    assert "broken" not in names(server, key)


def test_nothing_is_read_after_one_that_is_broken(server: Server, key: str) -> None:
    after = b"POST %s HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n%s\r\n" % (API.encode(), bearer(key).encode())
    smuggled = wish("smuggled")
    after += b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (len(smuggled), smuggled)
    received = server.raw(head(API, JSON, bearer(key)) + b"zz\r\n" + after)
    assert answers(received) == [400]
    assert "smuggled" not in names(server, key)


@pytest.mark.parametrize("size", [0, 100_000])
def test_the_connection_is_kept_for_the_next_request(server: Server, key: str, size: int) -> None:
    """What was too large is read to its end, or the connection ends with it: it is never taken for a request."""
    name = f"kept_{size}"
    ping = f"GET /api/v1/ping/ HTTP/1.1\r\nHost: 127.0.0.1:8000\r\n{bearer(key)}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(head(API, JSON, bearer(key)) + chunks(wish(name, size)) + ping)
        connection.shutdown(socket.SHUT_WR)
        received = b"".join(iter(lambda: connection.recv(65536), b""))
    assert answers(received) in ([[413, 200], [413]] if size else [[201, 200]])
    assert (name in names(server, key)) == (not size)


def test_a_coding_beneath_the_chunks_is_refused(server: Server, key: str) -> None:
    lines = ("Content-Encoding: gzip", bearer(key))
    received = server.raw(head(API, JSON, *lines) + chunks(wish("compressed")))
    assert answers(received) == [415]
    assert "compressed" not in names(server, key)


def test_strangers_are_not_let_in_by_one(server: Server, key: str) -> None:
    assert answers(server.raw(head(API, JSON) + chunks(wish("stranger")))) == [401]
    assert "stranger" not in names(server, key)
