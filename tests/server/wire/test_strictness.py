"""What the production server refuses to read, so that no gateway in front of it and it ever read one request as two.

Sent over raw sockets to gunicorn with ``server/gunicorn.conf.py``. RFC 9112 says of most of these what to do: 400.
"""

from __future__ import annotations

import re
import secrets
import socket
from collections.abc import Iterator
from contextlib import suppress

import pytest

from tests.gateways.server import IdentityCloud

GET = b"GET /auth/verify/ HTTP/1.1"
HOST = b"Host: keys.example.com"
KEY = b"{key}"  # Stands for a usable key.
AUTHORIZATION = b"Authorization: Bearer " + KEY
CHUNKED = b"Transfer-Encoding: chunked"


def head(*lines: bytes, end: bytes = b"\r\n") -> bytes:
    """The head of a request, of exactly these lines."""
    return end.join([*lines, b"", b""])


def with_key(*lines: bytes, body: bytes = b"") -> bytes:
    """A request that would be let in, but for what these lines say."""
    return head(GET, HOST, AUTHORIZATION, *lines) + body


REFUSED = {
    "Content-Length with Transfer-Encoding": with_key(b"Content-Length: 5", CHUNKED, body=b"0\r\n\r\n"),
    "Transfer-Encoding with Content-Length": with_key(CHUNKED, b"Content-Length: 5", body=b"0\r\n\r\n"),
    "two lengths": with_key(b"Content-Length: 1", b"Content-Length: 2", body=b"ab"),
    "a list of lengths": with_key(b"Content-Length: 1, 1", body=b"a"),
    "a signed length": with_key(b"Content-Length: +1", body=b"a"),
    "a length with an underscore": with_key(b"Content-Length: 1_0", body=b"abcdefghij"),
    "two Transfer-Encodings": with_key(CHUNKED, CHUNKED, body=b"0\r\n\r\n"),
    "chunked, and then something": with_key(b"Transfer-Encoding: chunked, identity", body=b"0\r\n\r\n"),
    "chunked after a vertical tab": with_key(b"Transfer-Encoding: \x0bchunked", body=b"0\r\n\r\n"),
    "an unknown coding": with_key(b"Transfer-Encoding: xchunked", body=b"0\r\n\r\n"),
    "chunked in HTTP/1.0": head(b"GET /auth/verify/ HTTP/1.0", HOST, AUTHORIZATION, CHUNKED) + b"0\r\n\r\n",
    "a folded header": with_key(b"X-Folded: one", b" two"),
    "a header folded by a tab": with_key(b"X-Folded: one", b"\ttwo"),
    "a folded Authorization": head(GET, HOST, b"Authorization: Bearer", b" " + KEY),
    "a fold before any header": head(GET, b" X-Folded: two", HOST, AUTHORIZATION),
    "two Hosts": with_key(b"Host: other.example.com"),
    "the same Host twice": with_key(HOST),
    "a good Authorization and a bad one": with_key(b"Authorization: Bearer nonsense"),
    "a bad Authorization and a good one": head(GET, HOST, b"Authorization: Bearer nonsense", AUTHORIZATION),
    "the same Authorization twice": with_key(AUTHORIZATION),
    "an Authorization in two lines": head(GET, HOST, b"Authorization: Bearer", b"Authorization: " + KEY),
    "a good Authorization and an empty one": with_key(b"Authorization:"),
    "one header of 100 KB": with_key(b"X-Long: " + b"a" * 100_000),
    "100 KB of headers": with_key(*(b"X-%d: " % number + b"a" * 2_000 for number in range(50))),
    "1,000 headers": with_key(*(b"X-%d: " % number + b"a" * 90 for number in range(1_000))),
    "a request line of 100 KB": head(
        b"GET /auth/verify/?" + b"a" * 100_000 + b" HTTP/1.1", HOST, AUTHORIZATION
    ),
    "bare LFs": head(GET, HOST, AUTHORIZATION, end=b"\n"),
    "a bare LF after the request line": head(GET + b"\n" + HOST, AUTHORIZATION),
    "a bare LF after a header": head(GET, HOST + b"\n" + AUTHORIZATION),
    "a bare LF at the end": with_key()[:-2] + b"\n",
    "a bare CR after a header": head(GET, HOST + b"\r" + AUTHORIZATION, AUTHORIZATION),
    "a NUL in a value": with_key(b"X-Zero: a\0b"),
    "X_Forwarded_For after X-Forwarded-For": with_key(
        b"X-Forwarded-For: 192.0.2.1", b"X_Forwarded_For: 10.0.0.1"
    ),
    "X_Forwarded_For before X-Forwarded-For": with_key(
        b"X_Forwarded_For: 10.0.0.1", b"X-Forwarded-For: 192.0.2.1"
    ),
    "X_Forwarded_For alone": with_key(b"X_Forwarded_For: 10.0.0.1"),
    "Content_Length": with_key(b"Content_Length: 1"),
    "SCRIPT_NAME from a trusted proxy": with_key(b"SCRIPT_NAME: /auth"),
    "a space before the colon": head(GET, HOST, b"Authorization : Bearer " + KEY),
    "a line without a colon": with_key(b"nonsense"),
    "a header without a name": with_key(b": nonsense"),
    "a name beyond ASCII": with_key(b"X-\xe9: a"),
    "two spaces in the request line": head(b"GET  /auth/verify/ HTTP/1.1", HOST, AUTHORIZATION),
    "HTTP/0.9": b"GET /auth/verify/\r\n\r\n",
    "HTTP/2.0 without its preface": head(b"GET /auth/verify/ HTTP/2.0", HOST, AUTHORIZATION),
    "a PROXY line": b"PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n" + with_key(),
    "two different schemes": with_key(b"X-Forwarded-Proto: https", b"X-Forwarded-Proto: http"),
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityCloud]:
    server = IdentityCloud(tmp_path_factory.mktemp("strictness"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def key(server: IdentityCloud) -> bytes:
    return server.generate("strictness").key.encode()


def statuses(server: IdentityCloud, request: bytes) -> list[int]:
    """The status of each answer until the server closes the connection or has nothing more to say."""
    received = b""
    with socket.create_connection(("127.0.0.1", server.port), timeout=5) as connection:
        with suppress(OSError):  # It may hang up before it has read all of it.
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
        with suppress(ConnectionResetError):
            while block := connection.recv(65536):
                received += block
    return [int(status) for status in re.findall(rb"HTTP/1\.[01] ([0-9]{3}) ", received)]


def test_a_good_request_is_let_in(server: IdentityCloud, key: bytes) -> None:
    """Or the tests below would prove nothing."""
    assert statuses(server, with_key().replace(KEY, key)) == [200]
    assert statuses(server, (with_key() + with_key()).replace(KEY, key)) == [200, 200]


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
def test_it_is_refused(server: IdentityCloud, key: bytes, request_: bytes) -> None:
    answers = statuses(server, request_.replace(KEY, key))

    assert all(400 <= status < 500 or status == 501 for status in answers)
    assert len(answers) <= 1


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([b"Content-Length: %d" % len(with_key())], id="a body"),
        pytest.param([CHUNKED], id="a chunked body"),
    ],
)
def test_a_request_in_a_body_is_not_read_as_one(
    server: IdentityCloud, key: bytes, lines: list[bytes]
) -> None:
    inner = with_key().replace(KEY, key)
    body = b"%x\r\n" % len(inner) + inner + b"\r\n0\r\n\r\n" if CHUNKED in lines else inner
    length = [line.replace(b"%d" % len(with_key()), b"%d" % len(inner)) for line in lines]

    assert statuses(server, with_key(*length, body=body).replace(KEY, key)) == [200]


@pytest.mark.parametrize("chunk", [b"zz\r\n", b"1\na\n0\n\n", b"-1\r\n", b"1;\nx\r\na\r\n0\r\n\r\n"])
def test_nothing_is_read_after_a_broken_chunk(server: IdentityCloud, key: bytes, chunk: bytes) -> None:
    answers = statuses(server, with_key(CHUNKED, body=chunk + with_key()).replace(KEY, key))

    assert answers in ([200], [200, 400], [400])


@pytest.mark.parametrize(
    "lines",
    [
        [GET, HOST, b"Authorization: Bearer", KEY],
        [GET, HOST, b"Authorization Bearer " + KEY],
        [GET, HOST, KEY + b" : a"],
        [GET, HOST, KEY + b": a", KEY + b"\xe9: a"],
        [GET, HOST, b"Expect: " + KEY],
        [GET, HOST, b"Transfer-Encoding: " + KEY],
        [b"GET /auth/verify/ " + KEY, HOST],
        [KEY + b" /auth/verify/ HTTP/1.1", HOST],
    ],
    ids=[
        "on the next line",
        "no colon",
        "a name",
        "another name",
        "an expectation",
        "a coding",
        "a version",
        "a method",
    ],
)
def test_a_key_in_the_wrong_place_is_not_logged(server: IdentityCloud, lines: list[bytes]) -> None:
    """The server quotes in its log what it could not read."""
    key = "ica_" + secrets.token_hex(26)[:51]

    assert statuses(server, head(*lines).replace(KEY, key.encode())) != [200]

    log = server.process.log.read_text().lower()
    assert not any(key[start : start + 12] in log for start in range(4, len(key) - 11))
