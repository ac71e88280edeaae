"""What every gateway of ``deploy/gateways`` does with requests, in front of an application, with the real server."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.gateways.client import Client, send
from tests.gateways.helpers import challenge, told
from tests.gateways.process import Process
from tests.gateways.recorder import Recorder
from tests.gateways.server import AccessKey, IdentityCloud


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
        "X-Access-Key-Labels": "team=J%C3%BCrgen%20%26%20Co&tier=gold",
    }


def test_the_key_stays_at_the_gateway(gate: Process, application: Recorder, reader: str) -> None:
    assert send(gate.port, "/", key=reader).status == 200

    [heard] = application.heard
    assert reader not in repr(heard)


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
