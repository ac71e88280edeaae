"""Rate limits and allowed networks, behind every gateway."""

from __future__ import annotations

import pytest

from tests.gateways.client import ADDRESS, send
from tests.gateways.process import Process
from tests.gateways.recorder import Recorder
from tests.gateways.server import IdentityCloud


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
