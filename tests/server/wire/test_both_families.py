"""A server on ``[::]`` takes IPv4 too, and the system writes such a peer as ``::ffff:127.0.0.1``. It is 127.0.0.1."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.server.servers import Server, Site

AHEAD, DJANGO = "/auth/verify/", "/auth/%76erify/"
# Plain http stays on one family of this machine, so all of these are production.
BOTH = {"HOST": "::", "PUBLIC_URL": "https://keys.example.com"}
JSON = {"Content-Type": "application/json"}
BEHIND = {"TRUSTED_PROXIES": "127.0.0.1/32"}
FALLBACK = {"GUNICORN_CMD_ARGS": "--worker-class server.peers.PeerWorker"}


@pytest.fixture(scope="module", params=[{}, FALLBACK], ids=["epoll", "without epoll"])
def production(request: pytest.FixtureRequest, site: Site) -> Iterator[Server]:
    """Behind a proxy on 127.0.0.1, with each worker in turn."""
    with site.with_settings(**BOTH, **BEHIND, **request.param).serve() as server:
        yield server


@pytest.fixture(scope="module")
def far(site: Site) -> str:
    """A key that is good from 192.0.2.0/24 alone."""
    key = site.key("far")
    assert site.manage("limit_access_key", "far", "--network=192.0.2.0/24").returncode == 0
    return key


@pytest.fixture(scope="module")
def near(site: Site) -> str:
    """A key that is good from 127.0.0.1 alone."""
    key = site.key("near")
    assert site.manage("limit_access_key", "near", "--network=127.0.0.1/32").returncode == 0
    return key


def headers(key: str, forwarded_for: str = "") -> dict[str, str]:
    told = {
        "Host": "keys.example.com",
        "X-Forwarded-Proto": "https",
        "Authorization": f"Bearer {key}",
    }
    return told | ({"X-Forwarded-For": forwarded_for} if forwarded_for else {})


def test_the_proxy_is_believed_about_the_scheme(production: Server) -> None:
    proxied = {"Host": "keys.example.com", "X-Forwarded-Proto": "https"}

    page = production.ask("GET", "/accounts/login/", headers=proxied)

    assert page.status == 200
    [cookie] = page.cookies
    assert cookie.startswith("__Host-csrftoken=")
    assert "Secure" in cookie
    assert production.ask("GET", "/accounts/login/", headers={"Host": "keys.example.com"}).status == 301


@pytest.mark.parametrize("path", [AHEAD, DJANGO, "/api/v1/ping/"])
def test_the_proxy_is_believed_about_the_client(production: Server, far: str, near: str, path: str) -> None:
    for client, status in (("192.0.2.7", 200), ("203.0.113.1, 192.0.2.7", 200), ("198.51.100.1", 401)):
        assert production.ask("GET", path, headers=headers(far, client)).status == status, client
    # Without its word, the client is the proxy itself.
    assert production.ask("GET", path, headers=headers(near)).status == 200
    assert production.ask("GET", path, headers=headers(far)).status == 401


@pytest.mark.parametrize("path", [AHEAD, DJANGO])
def test_whoever_is_no_proxy_is_believed_about_nothing(site: Site, far: str, near: str, path: str) -> None:
    """Not even where all of IPv6, in which IPv4 can be written, is trusted."""
    with site.with_settings(**BOTH, TRUSTED_PROXIES="::/0").serve() as server:
        page = server.ask("GET", "/accounts/login/", headers=headers(near))
        assert (page.status, page.headers["Location"]) == (301, "https://keys.example.com/accounts/login/")
        assert server.ask("GET", path, headers=headers(near, "192.0.2.7")).status == 200
        assert server.ask("GET", path, headers=headers(far, "192.0.2.7")).status == 401


def test_a_proxy_may_name_the_client_ahead_of_http(site: Site, far: str) -> None:
    """By gunicorn's own list of those who may."""
    allowed = {"GUNICORN_CMD_ARGS": "--proxy-protocol v1 --proxy-allow-from 127.0.0.1"}
    with site.with_settings(**BOTH, **allowed).serve() as server:
        for path in (AHEAD, DJANGO):
            for client, status in (("192.0.2.7", b"200"), ("198.51.100.1", b"401")):
                line = f"PROXY TCP4 {client} 127.0.0.1 1024 80\r\n"
                head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:8000\r\nAuthorization: Bearer {far}\r\n\r\n"
                assert server.raw((line + head).encode()).split(b" ")[1] == status


def test_bad_keys_are_counted_for_one_client(own_site: Site) -> None:
    """Whether it came to a socket of both families or of one, and whatever a proxy calls it."""
    limited = own_site.with_settings(**BOTH, BAD_KEY_LIMIT="1/hour")
    direct = headers("nonsense")
    with limited.serve() as both, limited.with_settings(HOST="127.0.0.1").serve() as one:
        asked = [server.ask("GET", AHEAD, headers=direct).status for server in (both, one, both, one)]
    # Two, for an hour may end between them. 403 is how nginx is told of a 429.
    assert sorted(asked)[-2:] == [403, 403]

    notations = ["192.0.2.7", "::ffff:192.0.2.7", "::FFFF:C000:0207", "192.0.2.7:4711"]
    with limited.with_settings(**BEHIND).serve() as server:
        asked = [
            server.ask("GET", AHEAD, headers=direct | {"X-Forwarded-For": client}).status
            for client in notations
        ]
    assert sorted(asked)[-2:] == [403, 403]


def test_the_audit_log_and_the_log_have_the_one_notation(own_site: Site) -> None:
    caller = own_site.key("caller", "--scope=access_keys:write")
    with own_site.with_settings(**BOTH, **BEHIND).serve() as server:
        made = server.ask(
            "POST", "/api/v1/access-keys/", headers=headers(caller) | JSON, body=b'{"name": "made"}'
        )
        assert made.status == 201
        assert server.ask("GET", "/api/v1/ping/", headers=headers("nonsense")).status == 401
        log = server.log.read_text()
    events = json.loads(own_site.manage("dumpdata", "accesskeys.auditevent").stdout)
    entries = [event["fields"] for event in events if event["fields"]["access_key_name"] == "made"]
    assert [event["address"] for event in entries] == ["127.0.0.1"]
    assert "Key refused: malformed, from 127.0.0.1" in log
    assert "::ffff:" not in log
