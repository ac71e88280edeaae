"""What every gateway of ``deploy/gateways`` does with requests, in front of an application, with the real server."""

from __future__ import annotations

import json
import re
from concurrent.futures import ThreadPoolExecutor
from itertools import count, product

import pytest

from tests.gateways.client import ADDRESS, Client, Response, send
from tests.gateways.conftest import IDENTITY
from tests.gateways.process import Process
from tests.gateways.recorder import Heard, Recorder
from tests.gateways.server import AccessKey, IdentityCloud

# Every character that a header's name may hold, and that some applications take for a hyphen (RFC 9110, section 5.6.2).
LOOKS_LIKE_A_HYPHEN = "!#$%&'*+.^_`|~"

_numbers = count(1)


@pytest.fixture(scope="session")
def the_reader(identity_cloud: IdentityCloud) -> AccessKey:
    """`reader` has the scope that the configurations want for /orders, and another."""
    return identity_cloud.generate("reader", "orders:read", "prices:read")


@pytest.fixture(scope="session")
def reader(the_reader: AccessKey) -> str:
    """The key of `reader`."""
    return the_reader.key


@pytest.fixture(scope="session")
def stranger(identity_cloud: IdentityCloud) -> str:
    """The key of `stranger`, which has no scopes."""
    return identity_cloud.generate("stranger").key


@pytest.fixture(scope="session")
def local(identity_cloud: IdentityCloud) -> str:
    """The key of `local`, which is good from the address that the tests send from."""
    key = identity_cloud.generate("local").key
    identity_cloud.manage("limit_access_key", "local", "--network", f"{ADDRESS}/32")
    return key


@pytest.fixture(scope="session")
def remote(identity_cloud: IdentityCloud) -> str:
    """The key of `remote`, which is not."""
    key = identity_cloud.generate("remote").key
    identity_cloud.manage("limit_access_key", "remote", "--network", "203.0.113.0/24")
    return key


@pytest.fixture
def name() -> str:
    """The name of an access key for one test."""
    return f"test_{next(_numbers)}"


def told(heard: Heard) -> dict[str, str]:
    """Who the application was told is calling. Nothing it heard may say otherwise in other words."""
    aliases = [
        line for line, _ in heard.headers if re.sub("[^a-z]", "-", line.lower()).startswith("x-access-key")
    ]
    assert len(aliases) == len({alias.lower() for alias in aliases})
    assert {alias.lower() for alias in aliases} <= {header.lower() for header in IDENTITY}
    return {header: "".join(heard.values(header)) for header in IDENTITY}


def challenge(response: Response) -> str | None:
    return response.headers["WWW-Authenticate"]


def test_without_a_key_the_client_is_asked_for_one(gate: Process, application: Recorder) -> None:
    response = send(gate.port, "/")

    assert response.status == 401
    assert challenge(response) == 'Bearer realm="identity-cloud"'
    assert application.heard == []


@pytest.mark.parametrize("key", ["nonsense", "ica_" + "A" * 51, "ica_" + "0" * 43 + "00000000 x"])
def test_a_bad_key_is_refused(gate: Process, application: Recorder, key: str) -> None:
    response = send(gate.port, "/", key=key)

    assert response.status == 401
    assert challenge(response) == 'Bearer realm="identity-cloud", error="invalid_token"'
    assert application.heard == []


def test_a_good_key_passes_and_the_application_hears_whose_it_is(
    gate: Process, application: Recorder, the_reader: AccessKey
) -> None:
    path = "/th%20ings/%C3%A4;v=1?a=../b&c=%2F%5C//"

    response = send(gate.port, path, key=the_reader.key, method="POST", body=b"the body")

    assert response.status == 200
    [heard] = application.heard
    assert (heard.method, heard.path, heard.body) == ("POST", path, b"the body")
    assert told(heard) == {
        "X-Access-Key-Id": the_reader.id,
        "X-Access-Key-Name": "reader",
        "X-Access-Key-Scopes": "orders:read prices:read",
    }


def test_the_key_stays_at_the_gateway(gate: Process, application: Recorder, reader: str) -> None:
    assert send(gate.port, "/", key=reader).status == 200

    [heard] = application.heard
    assert reader not in repr(heard)


def test_a_key_without_scopes_passes_where_none_is_needed(
    gate: Process, application: Recorder, stranger: str
) -> None:
    assert send(gate.port, "/", key=stranger).status == 200

    [heard] = application.heard
    assert told(heard)["X-Access-Key-Name"] == "stranger"
    assert told(heard)["X-Access-Key-Scopes"] == ""


def test_a_missing_scope_is_refused_by_name(
    gate: Process, application: Recorder, reader: str, stranger: str
) -> None:
    response = send(gate.port, "/orders/1", key=stranger)

    assert response.status == 403
    assert (
        challenge(response)
        == 'Bearer realm="identity-cloud", error="insufficient_scope", scope="orders:read"'
    )
    assert application.heard == []
    assert send(gate.port, "/orders/1", key=reader).status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/orders",
        "/orders?scope=",
        "/orders/1?scope=&dialect=nginx",
        "/orders/1?original=",
        "/%6frders/1",
        "/%6F%72ders",
        "//orders/1",
        "/./orders/1",
        "/x/../orders/1",
        "/x/%2e%2e/orders/1",
        "/x/%2E./orders/1",
        "/x%2f..%2forders/1",
        "/%2forders/1",
        "/x#/../orders/1",
        "/x\\..\\orders/1",
        "/x/..%5corders/1",
    ],
)
def test_no_spelling_of_a_path_avoids_its_scope(
    gate: Process, application: Recorder, stranger: str, path: str
) -> None:
    assert send(gate.port, path, key=stranger).status in {400, 403}
    assert application.heard == []


def spellings(header: str) -> set[str]:
    """All the ways to write a header's name that one application or another takes for that header."""
    first, second, third, fourth = header.split("-")
    mixed = {f"{first}{a}{second}{b}{third}{c}{fourth}" for a, b, c in product("-_.", repeat=3)}
    replaced = {header.replace("-", other) for other in LOOKS_LIKE_A_HYPHEN}
    return {spelled for name in mixed | replaced for spelled in (name, name.lower(), name.upper())}


@pytest.mark.parametrize("header", IDENTITY)
@pytest.mark.parametrize("copies", [1, 3])
def test_an_identity_that_a_client_claims_is_dropped(
    gate: Process, application: Recorder, reader: str, header: str, copies: int
) -> None:
    names = sorted(spellings(header))
    with Client(gate.port) as client:
        for some in (names[start : start + 20] for start in range(0, len(names), 20)):
            claims = [(name, f"claimed as {name}") for name in some] * copies
            assert client.send("/", key=reader, headers=claims).status == 200

    for heard in application.heard:
        assert [line for line in heard.headers if "claimed" in line[1]] == []
        assert told(heard)["X-Access-Key-Name"] == "reader"


def test_no_claim_replaces_an_empty_value(gate: Process, application: Recorder, stranger: str) -> None:
    headers = [("X-Access-Key-Scopes", "orders:read"), ("X_Access_Key_Scopes", "orders:read")]

    assert send(gate.port, "/", key=stranger, headers=headers).status == 200
    [heard] = application.heard
    assert told(heard)["X-Access-Key-Scopes"] == ""


@pytest.mark.parametrize("connection", ["X-Access-Key-Id, X-Access-Key-Scopes", "close, x-access-key-id"])
def test_a_client_cannot_have_the_identity_removed(
    gate: Process, application: Recorder, reader: str, connection: str
) -> None:
    assert send(gate.port, "/", key=reader, headers=[("Connection", connection)]).status == 200

    [heard] = application.heard
    assert told(heard)["X-Access-Key-Name"] == "reader"
    assert told(heard)["X-Access-Key-Id"]
    assert "access-key" not in "".join(heard.values("Connection")).lower()


@pytest.mark.parametrize("protocol", ["h2c", "H2C", "websocket", "websocket, h2c"])
def test_no_upgrade_opens_a_tunnel_past_the_gate(
    gate: Process, application: Recorder, stranger: str, protocol: str
) -> None:
    """In a tunnel the client could ask for /orders, and say who it is."""
    headers = [
        ("Connection", "Upgrade, HTTP2-Settings"),
        ("Upgrade", protocol),
        ("HTTP2-Settings", "AAMAAABkAARAAAAAAAIAAAAA"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
    ]

    assert send(gate.port, "/", key=stranger, headers=headers).status in {200, 403}
    for heard in application.heard:
        assert heard.values("Upgrade") == []


@pytest.mark.parametrize("bad_one_first", [True, False])
def test_of_two_keys_none_is_picked(
    gate: Process, application: Recorder, reader: str, bad_one_first: bool
) -> None:
    lines = [("Authorization", "Bearer nonsense"), ("Authorization", f"Bearer {reader}")]

    response = send(gate.port, "/", headers=lines if bad_one_first else lines[::-1])

    assert response.status in {400, 401}
    assert application.heard == []


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
def test_every_method_is_guarded(
    gate: Process, application: Recorder, reader: str, stranger: str, method: str
) -> None:
    assert send(gate.port, "/orders", method=method).status == 401
    assert send(gate.port, "/orders", method=method, key=stranger).status == 403
    assert application.heard == []
    assert send(gate.port, "/orders", method=method, key=reader).status == 200
    assert [heard.method for heard in application.heard] == [method]


def test_a_revoked_key_is_refused_on_the_next_request(
    gate: Process, application: Recorder, identity_cloud: IdentityCloud, name: str
) -> None:
    key = identity_cloud.generate(name).key
    with Client(gate.port) as client:
        assert client.send("/", key=key).status == 200
        identity_cloud.manage("revoke_access_key", name, "--no-input")
        application.heard.clear()

        assert client.send("/", key=key).status == 401
    assert application.heard == []


def test_a_key_over_its_limit_hears_when_to_come_back(
    gate: Process, application: Recorder, identity_cloud: IdentityCloud, name: str
) -> None:
    key = identity_cloud.generate(name).key
    identity_cloud.manage("limit_access_key", name, "--rate", "1/hour")

    # Three, for an hour may end between two of them.
    responses = [send(gate.port, "/", key=key) for _ in range(3)]

    assert responses[0].status == 200
    assert responses[-1].status == 429
    assert 1 <= int(responses[-1].headers["Retry-After"]) <= 3600
    assert len(application.heard) == [response.status for response in responses].count(200)


@pytest.mark.parametrize("header", [None, "X-Forwarded-For", "X_Forwarded_For", "X-Real-IP", "Forwarded"])
def test_the_address_is_the_one_that_the_gateway_sees(
    gate: Process, local: str, remote: str, header: str | None
) -> None:
    claimed = [(header, "203.0.113.7")] if header else []

    assert send(gate.port, "/", key=local, headers=claimed).status == 200
    assert send(gate.port, "/", key=remote, headers=claimed).status == 401


def test_while_our_server_is_stopped_nobody_passes(
    gate: Process, application: Recorder, identity_cloud: IdentityCloud, reader: str
) -> None:
    with Client(gate.port) as client:
        assert client.send("/", key=reader).status == 200
        application.heard.clear()
        identity_cloud.process.stop()
        try:
            assert client.send("/", key=reader).status in {502, 503}
            assert send(gate.port, "/", key=reader).status in {502, 503}
            assert send(gate.port, "/").status in {502, 503}
            assert application.heard == []
        finally:
            identity_cloud.process.start()
    assert send(gate.port, "/", key=reader).status == 200


def test_a_thousand_requests_on_kept_connections(
    gate: Process, application: Recorder, reader: str, stranger: str
) -> None:
    def two_hundred_and_fifty(caller: tuple[str, str]) -> list[tuple[int, str]]:
        _, key = caller
        with Client(gate.port) as client:
            responses = [client.send("/", key=key) for _ in range(250)]
        return [
            (response.status, json.loads(response.body)["X-Access-Key-Name"][0]) for response in responses
        ]

    callers = [("reader", reader), ("stranger", stranger)] * 2
    with ThreadPoolExecutor(len(callers)) as threads:
        outcomes = list(threads.map(two_hundred_and_fifty, callers))

    assert outcomes == [[(200, name)] * 250 for name, _ in callers]
    assert len(application.heard) == 1000


def test_our_log_holds_no_path_and_no_key(
    gate: Process, identity_cloud: IdentityCloud, reader: str, stranger: str
) -> None:
    for key in (reader, stranger, "nonsense"):
        send(gate.port, "/orders/a-secret-path?and=a-secret-query", key=key)

    log = identity_cloud.process.log.read_text()
    assert "Key refused: malformed" in log
    for secret in ("a-secret-path", "a-secret-query", reader[4:16], stranger[4:16], "nonsense"):
        assert secret not in log
