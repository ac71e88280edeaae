"""All that an access key may have is told to the application, however long it is."""

from __future__ import annotations

import pytest

from tests.gateways.client import send
from tests.gateways.helpers import told
from tests.gateways.process import Process
from tests.gateways.recorder import Recorder
from tests.gateways.server import IdentityCloud

SCOPES = [f"s{number:099}" for number in range(32)]
LABELS = {f"k{number:059}": "\U0001f511" * 60 for number in range(16)}  # Each sign is 12 in the header.


@pytest.fixture(scope="session")
def longest(identity_cloud: IdentityCloud) -> str:
    """The key of an access key with as many scopes and labels as there may be, of the greatest length."""
    access_key = identity_cloud.generate("n" * 30, *SCOPES)
    labels = (f"--label={key}={value}" for key, value in LABELS.items())
    identity_cloud.manage("describe_access_key", "n" * 30, *labels)
    return access_key.key


def test_the_longest_identity_arrives_whole(gate: Process, application: Recorder, longest: str) -> None:
    answer = send(gate.port, "/", key=longest)

    assert answer.status == 200
    [heard] = application.heard
    assert told(heard)["X-Access-Key-Scopes"].split() == SCOPES
    labels = told(heard)["X-Access-Key-Labels"].split("&")
    assert [len(label) for label in labels] == [60 + 1 + 12 * 60] * 16
