"""What the gateways ask Identity Cloud, and what they make of answers that it would never give."""

from __future__ import annotations

import threading
import time
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.gateways.client import ADDRESS, Client, send
from tests.gateways.conftest import Overheard
from tests.gateways.recorder import Answer, Heard, Recorder

KEY = "ica_" + "K" * 51
LET_IN = Answer(
    headers=[
        ("X-Access-Key-Id", "01234567-89ab-cdef-0123-456789abcdef"),
        ("X-Access-Key-Name", "somebody"),
        ("X-Access-Key-Scopes", ""),
        ("X-Access-Key-Labels", ""),
    ]
)
PATIENCE = 6.0  # seconds


def test_the_question_holds_the_key_and_the_address_and_nothing_else(
    overheard: Overheard, application: Recorder
) -> None:
    overheard.asked.answer = lambda _heard: LET_IN
    headers = [
        ("Cookie", "session=secret-cookie"),
        ("Content-Type", "text/secret-type"),
        ("X-Forwarded-Uri", "/spoofed"),
        ("X-Forwarded-For", "203.0.113.7"),
    ]

    response = send(
        overheard.port,
        "/orders/secret-path?q=secret-query",
        key=KEY,
        headers=headers,
        method="POST",
        body=b"body",
    )

    assert response.status == 200
    [question] = overheard.asked.heard
    address = urlsplit(question.path)
    assert address.path == "/auth/verify/"
    assert parse_qs(address.query) == {"dialect": [overheard.name], "scope": ["orders:read"]}
    assert question.values("Authorization") == [f"Bearer {KEY}"]
    assert ",".join(question.values("X-Forwarded-For")).split(",")[-1].strip() == ADDRESS
    assert question.body == b""
    assert question.values("Content-Length") in ([], ["0"])
    assert question.values("Transfer-Encoding") == []
    for secret in ("secret-path", "secret-query", "secret-cookie", "/spoofed"):
        assert secret not in repr(question)
    assert len(application.heard) == 1


def test_without_a_scope_none_is_asked_for(overheard: Overheard) -> None:
    overheard.asked.answer = lambda _heard: LET_IN

    assert send(overheard.port, "/?scope=orders:write&dialect=other", key=KEY).status == 200

    [question] = overheard.asked.heard
    assert parse_qs(urlsplit(question.path).query) == {"dialect": [overheard.name]}


def test_connections_to_us_are_kept(overheard: Overheard) -> None:
    overheard.asked.answer = lambda _heard: LET_IN

    for _ in range(50):
        assert send(overheard.port, "/", key=KEY).status == 200

    assert len(overheard.asked.heard) == 50
    assert len({question.connection for question in overheard.asked.heard}) <= 4


@pytest.mark.parametrize("status", [301, 302, 400, 404, 500, 502, 503])
def test_an_answer_that_is_no_yes_lets_nobody_in(
    overheard: Overheard, application: Recorder, status: int
) -> None:
    overheard.asked.answer = lambda _heard: Answer(status, LET_IN.headers)

    assert send(overheard.port, "/", key=KEY).status >= 300
    assert application.heard == []


@pytest.mark.parametrize("headers", [[], [("X-Access-Key-Id", "")]])
def test_a_yes_that_names_no_access_key_lets_nobody_in(
    overheard: Overheard, application: Recorder, headers: list[tuple[str, str]]
) -> None:
    """Whatever listens at the address of Identity Cloud by mistake says 200 to everybody."""
    overheard.asked.answer = lambda _heard: Answer(200, headers)

    response = send(overheard.port, "/", key=KEY, headers=[("X-Access-Key-Id", LET_IN.headers[0][1])])

    assert response.status in {403, 503}
    assert application.heard == []


def test_what_the_answer_leaves_out_is_not_taken_from_the_client(
    overheard: Overheard, application: Recorder
) -> None:
    overheard.asked.answer = lambda _heard: Answer(200, LET_IN.headers[:1])
    claims = [("X-Access-Key-Name", "claimed"), ("X-Access-Key-Scopes", "claimed")]

    assert send(overheard.port, "/", key=KEY, headers=claims).status == 200

    [heard] = application.heard
    assert heard.values("X-Access-Key-Id") == [LET_IN.headers[0][1]]
    assert "claimed" not in repr(heard)


def test_silence_lets_nobody_in(overheard: Overheard, application: Recorder) -> None:
    the_end = threading.Event()

    def say_nothing(_heard: Heard) -> Answer:
        the_end.wait(2 * PATIENCE)
        return LET_IN

    overheard.asked.answer = say_nothing
    began = time.monotonic()
    try:
        with Client(overheard.port) as client:
            assert client.send("/", key=KEY).status in {503, 504}
        assert time.monotonic() - began < PATIENCE
    finally:
        the_end.set()
    assert application.heard == []


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_the_applications_own_refusals_pass_unchanged(
    overheard: Overheard, application: Recorder, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    overheard.asked.answer = lambda _heard: LET_IN
    monkeypatch.setattr(
        application, "answer", lambda _heard: Answer(status, [("X-Own", "yes")], b"its own words")
    )

    response = send(overheard.port, "/", key=KEY)

    assert (response.status, response.headers["X-Own"], response.body) == (status, "yes", b"its own words")
    assert response.headers["WWW-Authenticate"] is None
    assert response.headers["Retry-After"] is None


def test_when_we_cannot_decide_the_client_hears_503(overheard: Overheard, application: Recorder) -> None:
    """As while the database is away."""
    overheard.asked.answer = lambda _heard: Answer(503, [("Retry-After", "5")])

    assert send(overheard.port, "/", key=KEY).status == 503
    assert application.heard == []
