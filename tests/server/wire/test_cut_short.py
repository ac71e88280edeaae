"""Bodies that end before their announced length (RFC 9112, section 8), though what came looks complete."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.servers import Server, Site


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.serve() as running:
        yield running


def request(path: bytes, kind: bytes, key: str, body: bytes, length: int) -> bytes:
    return b"\r\n".join(
        [
            b"POST " + path + b" HTTP/1.1",
            b"Host: 127.0.0.1:8000",
            b"Connection: close",
            b"Authorization: Bearer " + key.encode(),
            b"Content-Type: " + kind,
            b"Content-Length: %d" % length,
            b"",
            body,
        ]
    )


@pytest.mark.parametrize("missing", [1, 100])
def test_half_a_request_generates_nothing(site: Site, server: Server, missing: int) -> None:
    name = f"cut_short_{missing}"
    key = site.key(f"cutter_{missing}", "--scope=access_keys:write")
    body = b'{"name": "%s"}' % name.encode()
    kind = b"application/json"

    answer = server.raw(request(b"/api/v1/access-keys/", kind, key, body, len(body) + missing))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert name not in site.manage("list_access_keys").stdout
    whole = server.raw(request(b"/api/v1/access-keys/", kind, key, body, len(body)))
    assert whole.startswith(b"HTTP/1.1 201 ")


def test_half_a_question_is_not_answered(site: Site, server: Server) -> None:
    key = site.key("asker", "--scope=access_keys:introspect")
    body = b"token=" + key.encode()
    kind = b"application/x-www-form-urlencoded"

    answer = server.raw(request(b"/oauth2/introspect/", kind, key, body, len(body) + 1))

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"active" not in answer
