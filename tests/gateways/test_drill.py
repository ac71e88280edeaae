"""The revocation drill through each gateway, in front of an application, with several of our processes to ask."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest

from tests.gateways.gateways import GATEWAYS, gateway
from tests.gateways.process import Process
from tests.gateways.recorder import Recorder
from tests.gateways.server import IdentityCloud

WORKERS = 3
ROUNDS = 5
CONNECTIONS = 4  # to each address


@pytest.fixture(scope="module")
def several_processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityCloud]:
    server = IdentityCloud(tmp_path_factory.mktemp("drilled"), workers=WORKERS)
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=GATEWAYS)
def guard(
    request: pytest.FixtureRequest,
    several_processes: IdentityCloud,
    application: Recorder,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Process]:
    """Each gateway in turn, in front of the application, with several of our processes to ask."""
    home = tmp_path_factory.mktemp(request.param)
    process = gateway(
        request.param, home, identity_cloud=several_processes.port, application=application.port
    )
    process.start()
    yield process
    process.stop()


def revoked(server: IdentityCloud) -> set[str]:
    """The names of the access keys that commands have revoked, as the audit log has them."""
    events = [event["fields"] for event in json.loads(server.manage("dumpdata", "accesskeys.auditevent"))]
    wanted = ("access_key.revoked", "command", "succeeded")
    return {
        event["access_key_name"]
        for event in events
        if (event["action"], event["door"], event["outcome"]) == wanted
    }


def test_nothing_is_accepted_through_a_gateway_after_a_revoke(
    guard: Process, several_processes: IdentityCloud, application: Recorder
) -> None:
    before = revoked(several_processes)
    through_the_gateway = f"http://127.0.0.1:{guard.port}/orders/1"
    directly = f"http://127.0.0.1:{several_processes.port}/auth/verify/?scope=orders:read"

    told = several_processes.manage(
        "revocation_drill",
        f"--url={through_the_gateway}",
        f"--url={directly}",
        "--scope=orders:read",
        f"--rounds={ROUNDS}",
        f"--connections={CONNECTIONS}",
    )

    lines = told.splitlines()
    assert [line.partition(": ")[0] for line in lines] == [through_the_gateway, directly]
    reports = [
        re.search(
            r": (\d+) requests, (\d+) after the revoke, 0 of these accepted; first refusal after ", line
        )
        for line in lines
    ]
    for report in reports:
        assert report is not None, told
        asked, asked_after = map(int, report.groups())
        # On each connection, in each round: three good answers before the revoke, and three refusals after it.
        assert asked_after >= ROUNDS * CONNECTIONS * 3
        assert asked - asked_after >= ROUNDS * CONNECTIONS * 3

    names = sorted(revoked(several_processes) - before)
    assert len(names) == ROUNDS
    assert all(name.startswith("revocation_drill_") for name in names)
    assert json.loads(several_processes.manage("list_access_keys", "--json")) == []
    heard = {heard.values("X-Access-Key-Name")[0] for heard in application.heard}
    assert sorted(heard) == names
    assert {(heard.path, *heard.values("X-Access-Key-Scopes")) for heard in application.heard} == {
        ("/orders/1", "orders:read")
    }
