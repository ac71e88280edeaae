"""Which scope a path needs, whatever its spelling."""

from __future__ import annotations

import pytest

from tests.gateways.client import send
from tests.gateways.helpers import challenge, told
from tests.gateways.process import Process
from tests.gateways.recorder import Recorder


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
