"""What the production server tells browsers with each kind of answer: policies, transport, types, cookies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from email.message import Message

import pytest

from tests.server.servers import Answer, Server, Site

PROXIED = {"Host": "keys.example.com", "X-Forwarded-Proto": "https"}
FOREIGN = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
STAY = "max-age=31536000; includeSubDomains"
PAGE, PROGRAM = {"Accept": "text/html"}, {"Accept": "application/json"}
KEY = {"Authorization": "Bearer {key}"}

# Path, headers, status.
ASKED = {
    "a page": ("/accounts/login/", PAGE, 200),
    "a page that is not there": ("/nothing/", PAGE, 404),
    "a redirect": ("/", PAGE, 302),
    "a redirect away from a key": ("/?search={key}", PAGE, 302),
    "a style": ("/static/accesskeys/console.css", {}, 200),
    "a script": ("/static/accesskeys/console.js", {}, 200),
    "a picture": ("/static/accesskeys/favicon.svg", {}, 200),
    "the API": ("/api/v1/ping/", KEY, 200),
    "the API without a key": ("/api/v1/ping/", PROGRAM, 401),
    "the API without the scope": ("/api/v1/access-keys/", KEY, 403),
    "an endpoint that is not there": ("/api/v1/nothing/", PROGRAM, 404),
    "the schema": ("/api/v1/schema/", PROGRAM, 200),
    "metrics without the scope": ("/metrics/", KEY, 403),
    "the gate": ("/auth/verify/", KEY, 200),
    "the gate without a key": ("/auth/verify/", {}, 401),
    "the gate by way of Django": ("/auth/%76erify/", {}, 401),
    "a probe": ("/health/live", {}, 200),
    "a probe by way of Django": ("/health/%6cive", {}, 200),
}


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.key("heard_by_browsers")


@pytest.fixture(scope="module")
def production(site: Site) -> Iterator[Server]:
    public = site.with_settings(PUBLIC_URL="https://keys.example.com", TRUSTED_PROXIES="127.0.0.1/32")
    with public.serve() as server:
        yield server


@pytest.fixture(params=ASKED)
def answer(request: pytest.FixtureRequest, production: Server, key: str) -> Answer:
    path, headers, status = ASKED[request.param]
    told = {name: value.replace("{key}", key) for name, value in headers.items()}
    got = production.ask("GET", path.replace("{key}", key), headers=PROXIED | FOREIGN | told)
    assert got.status == status
    return got


def is_closed(headers: Message | dict[str, str]) -> bool:
    policy = headers["Content-Security-Policy"]
    return headers["X-Content-Type-Options"] == "nosniff" and all(
        f"{directive} 'none'" in policy
        for directive in ("default-src", "object-src", "base-uri", "frame-ancestors")
    )


def test_each_answer_is_closed_to_other_sites(answer: Answer) -> None:
    assert is_closed(dict(answer.headers))
    assert answer.headers["Strict-Transport-Security"] == STAY
    assert answer.headers["Referrer-Policy"] in {"no-referrer", "same-origin"}
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert not [name for name in answer.headers if name.lower().startswith("access-control-")]


@pytest.mark.parametrize("path", ["/accounts/login/", "/nothing/", "/accounts/prove/"])
def test_a_page_shares_no_window_with_other_sites(production: Server, path: str) -> None:
    page = production.ask("GET", path, headers=PROXIED | PAGE)
    assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_each_length_is_that_of_the_body(answer: Answer) -> None:
    assert ("Content-Length" in answer.headers) != ("Transfer-Encoding" in answer.headers)
    assert int(answer.headers.get("Content-Length", len(answer.body))) == len(answer.body)


def test_each_body_says_what_it_is(answer: Answer) -> None:
    kind = Message()
    kind["Content-Type"] = answer.headers.get("Content-Type", "application/none")
    if answer.body and (kind.get_content_maintype() == "text" or kind.get_content_subtype().endswith("+xml")):
        assert kind.get_param("charset") == "utf-8"
    elif answer.body:
        assert "json" in kind.get_content_subtype()
        assert answer.json


def test_each_cookie_is_for_this_host_and_https(answer: Answer) -> None:
    for cookie in answer.cookies:
        assert re.match(r"__Host-\w+=", cookie)
        attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
        assert {"secure", "httponly", "path=/"} < attributes
        assert attributes & {"samesite=lax", "samesite=strict"}
        assert not any(attribute.startswith("domain") for attribute in attributes)
        assert len(cookie.partition(";")[0]) <= 4096


def test_some_bring_one(production: Server, key: str) -> None:
    for path in ("/accounts/login/", f"/?search={key}"):
        assert production.ask("GET", path, headers=PROXIED | PAGE).cookies


def test_a_gateway_hands_on_no_word_about_its_own_host(production: Server) -> None:
    for path in ("/auth/verify/", "/auth/%76erify/"):
        asked = production.ask("GET", path, headers={**PROXIED, "Host": "api.example.com"})
        assert asked.status == 401
        assert "Strict-Transport-Security" not in asked.headers


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/ping/", "/auth/verify/", "/health/live"])
def test_over_plain_http_the_rest_is_told(production: Server, path: str) -> None:
    asked = production.ask("GET", path, headers={"Host": "keys.example.com"})
    assert is_closed(dict(asked.headers))
    assert "Strict-Transport-Security" not in asked.headers


def test_with_what_cannot_be_read_too(production: Server) -> None:
    said = production.raw(b"GET / HTTP/1.1\r\nHost: a\r\nX-\xe9<b>: c\r\n\r\n").decode("latin-1")
    head, _, body = said.partition("\r\n\r\n")
    status, *lines = head.split("\r\n")
    headers = dict(line.split(": ", 1) for line in lines)
    assert status == "HTTP/1.1 400 Bad Request"
    assert is_closed(headers)
    assert headers["Content-Type"] == "text/html; charset=iso-8859-1"
    assert int(headers["Content-Length"]) == len(body.encode("latin-1"))
    assert "<b>" not in body
