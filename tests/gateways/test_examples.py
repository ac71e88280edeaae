"""The services of ``examples``, each behind each gateway of ``deploy/gateways``, with the real server to ask."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.gateways.client import Client, Response, send
from tests.gateways.gateways import GATEWAYS, gateway
from tests.gateways.helpers import IDENTITY
from tests.gateways.process import Process
from tests.gateways.server import ROOT, AccessKey, IdentityCloud
from tools.ports import free_port

EXPRESS = ROOT / "examples" / "express"
SERVICES = {
    "fastapi": [sys.executable, "examples/fastapi/service.py"],
    "express": ["node", "examples/express/service.js"],
}

_numbers = count(1)


@pytest.fixture(scope="session", params=SERVICES)
def service(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    """Each service in turn."""
    if request.param == "express" and not (shutil.which("node") and (EXPRESS / "node_modules").is_dir()):
        pytest.skip("Express is not installed. Install Node.js, then: npm ci --prefix examples/express")
    port = free_port()
    process = Process(
        SERVICES[request.param],
        port=port,
        log=tmp_path_factory.mktemp(request.param) / "service.log",
        cwd=ROOT,
        environment={"PORT": str(port)},
    )
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="session", params=GATEWAYS)
def guarded(
    request: pytest.FixtureRequest,
    service: Process,
    identity_cloud: IdentityCloud,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Process]:
    """Each gateway in turn, in front of the service."""
    home = tmp_path_factory.mktemp(request.param)
    process = gateway(request.param, home, identity_cloud=identity_cloud.port, application=service.port)
    process.start()
    yield process
    process.stop()


@pytest.fixture(scope="session")
def administrator(identity_cloud: IdentityCloud) -> str:
    """A key that generates others and revokes them."""
    return identity_cloud.generate("example_admin", "access_keys:write", "orders:read", "orders:write").key


@pytest.fixture(scope="session")
def reader(identity_cloud: IdentityCloud, administrator: str) -> tuple[str, AccessKey]:
    """An access key that may read orders, and its name."""
    return generate(identity_cloud, administrator, "orders:read")


def generate(identity_cloud: IdentityCloud, administrator: str, *scopes: str) -> tuple[str, AccessKey]:
    """Generate an access key over the API, which takes less time than a command."""
    name = f"example_{next(_numbers)}"
    response = send(
        identity_cloud.port,
        "/api/v1/access-keys/",
        key=administrator,
        method="POST",
        headers=[("Content-Type", "application/json")],
        body=json.dumps({"name": name, "scopes": scopes}).encode(),
    )
    assert response.status == 201, response.body
    return name, AccessKey(said(response)["id"], said(response)["key"])


def said(response: Response) -> Any:
    return json.loads(response.body)


def test_without_a_key_the_service_hears_nothing(guarded: Process, service: Process) -> None:
    before = service.log.read_bytes()

    assert send(guarded.port, "/orders").status == 401
    assert send(guarded.port, "/orders", key="nonsense").status == 401
    assert service.log.read_bytes() == before


def test_the_service_says_whose_key_it_was(
    guarded: Process, service: Process, reader: tuple[str, AccessKey]
) -> None:
    name, access_key = reader

    response = send(guarded.port, "/orders", key=access_key.key)

    assert response.status == 200
    assert said(response) == {"id": access_key.id, "name": name, "scopes": ["orders:read"]}
    assert access_key.key not in service.log.read_text()
    assert "GET /orders" in service.log.read_text()


def test_without_the_scope_of_the_path_the_service_hears_nothing(
    guarded: Process, service: Process, identity_cloud: IdentityCloud, administrator: str
) -> None:
    _, stranger = generate(identity_cloud, administrator)
    before = service.log.read_bytes()

    response = send(guarded.port, "/orders", key=stranger.key)

    assert response.status == 403
    assert 'scope="orders:read"' in response.headers["WWW-Authenticate"]
    assert service.log.read_bytes() == before


def test_the_service_asks_for_a_scope_itself(
    guarded: Process, identity_cloud: IdentityCloud, administrator: str, reader: tuple[str, AccessKey]
) -> None:
    name, writer = generate(identity_cloud, administrator, "orders:read", "orders:write")

    refused = send(guarded.port, "/orders", key=reader[1].key, method="POST")
    assert (refused.status, said(refused)) == (
        403,
        {"detail": "The access key lacks the scope orders:write."},
    )
    placed = send(guarded.port, "/orders", key=writer.key, method="POST")
    assert (placed.status, said(placed)) == (201, {"placed_by": name})


@pytest.mark.parametrize("hyphen", ["-", "_"])
def test_an_identity_that_a_client_claims_is_replaced(
    guarded: Process, reader: tuple[str, AccessKey], hyphen: str
) -> None:
    name, access_key = reader
    claims = [(header.replace("-", hyphen), "orders:write") for header in IDENTITY]

    response = send(guarded.port, "/orders", key=access_key.key, headers=claims)

    assert said(response) == {"id": access_key.id, "name": name, "scopes": ["orders:read"]}
    assert send(guarded.port, "/orders", key=access_key.key, headers=claims, method="POST").status == 403
    assert send(guarded.port, "/orders", headers=claims).status == 401


def test_a_revoked_key_is_refused_on_the_next_request(
    guarded: Process, service: Process, identity_cloud: IdentityCloud, administrator: str
) -> None:
    _, access_key = generate(identity_cloud, administrator, "orders:read")
    with Client(guarded.port) as client:
        assert client.send("/orders", key=access_key.key).status == 200
        before = service.log.read_bytes()
        address = f"/api/v1/access-keys/{access_key.id}/"
        assert send(identity_cloud.port, address, key=administrator, method="DELETE").status == 204

        assert client.send("/orders", key=access_key.key).status == 401
    assert service.log.read_bytes() == before


def test_past_the_gateway_there_is_no_answer(service: Process) -> None:
    response = send(service.port, "/orders")

    assert (response.status, said(response)) == (403, {"detail": "This service answers the gateway alone."})


def test_the_service_listens_on_one_address_alone(service: Process) -> None:
    """127.0.0.2 is this machine as well: what listens on all addresses would answer there."""
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", service.port)) != 0
