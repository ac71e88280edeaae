"""``Authorization`` as it comes over the wire, byte for byte, to the server that production runs."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.servers import Answer, Server, Site
from tests.vectors import load

CASES = load("authorization")["cases"]
REALM = 'Bearer realm="identity-cloud"'


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.key("authorization_vectors")


def ping(server: Server, authorization: str | None) -> Answer:
    headers = {} if authorization is None else {"Authorization": authorization}
    return server.ask("GET", "/api/v1/ping/", headers=headers)


@pytest.mark.parametrize("case", [pytest.param(case, id=case["why"]) for case in CASES])
def test_the_vectors(server: Server, key: str, case: dict[str, Any]) -> None:
    header = case["header"]
    answer = ping(server, header if header is None else header.replace("{key}", key))
    assert answer.status == case["status"]
    if case["status"] == 200:
        assert answer.json == {"status": "ok"}
        assert "WWW-Authenticate" not in answer.headers
    else:
        error = f', error="{case["error"]}"' if case["error"] else ""
        assert answer.headers["WWW-Authenticate"] == REALM + error
        assert [problem["code"] for problem in answer.json["errors"]] == [
            case["error"] or "not_authenticated"
        ]


def test_all_refused_keys_get_the_same_answer(site: Site, server: Server) -> None:
    revoked = site.key("soon_revoked")
    site.manage("revoke_access_key", "soon_revoked", "--no-input")
    refused = [case["header"].replace("{key}", revoked) for case in CASES if case["error"] == "invalid_token"]
    answers = [ping(server, header) for header in [*refused, f"Bearer {revoked}"]]
    # The clock moves on between two answers, and each has a name of its own; nothing else may differ.
    apart = {"Date": "", "Expires": "", "X-Request-Id": ""}
    told = {(a.status, a.body, str(sorted({**a.headers, **apart}.items()))) for a in answers}
    assert len(told) == 1
    assert len({answer.headers["X-Request-Id"] for answer in answers}) == len(answers)


@pytest.mark.parametrize(
    "lines",
    [
        "Authorization: Bearer {key}\r\nAuthorization: Bearer {key}",
        "Authorization: Bearer {key}\r\nAuthorization: Basic dXNlcjpwYXNz",
        "Authorization:\r\n Bearer {key}",
        "Authorization : Bearer {key}",
        "Authorization: Bearer {key}\r\nHost: 127.0.0.1",
        "Authorization: Bearer {key}\r\nContent-Length: 2\r\nTransfer-Encoding: chunked",
        "Authorization: Bearer {key}\r\nX_Forwarded_For: 192.0.2.1",
        "Authorization: Bearer {key}\r\nX-Long: " + 100_000 * "a",
    ],
    ids=[
        "two good keys",
        "two schemes",
        "folded",
        "a space before the colon",
        "two hosts",
        "two lengths",
        "an underscore",
        "100 KB",
    ],
)
def test_headers_with_two_meanings_are_refused(server: Server, key: str, lines: str) -> None:
    head = f"GET /api/v1/ping/ HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n{lines}\r\n\r\n"
    answer = server.raw(head.replace("{key}", key).encode("latin-1"))
    status = answer.split(b" ", 2)[1]
    assert status in {b"400", b"401", b"431"}
    assert b'"ok"' not in answer


def test_a_key_elsewhere_is_not_looked_at(server: Server, key: str) -> None:
    for path, headers in (
        (f"/api/v1/ping/?access_token={key}&key={key}&authorization=Bearer%20{key}", {}),
        ("/api/v1/ping/", {"Cookie": f"access_token={key}; sessionid={key}"}),
        ("/api/v1/ping/", {"X-Api-Key": key, "Proxy-Authorization": f"Bearer {key}"}),
    ):
        answer = server.ask("GET", path, headers=headers)
        assert (answer.status, answer.headers["WWW-Authenticate"]) == (401, REALM)
    body = f"access_token={key}".encode()
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert server.ask("POST", "/api/v1/access-keys/", headers=form, body=body).status == 401
