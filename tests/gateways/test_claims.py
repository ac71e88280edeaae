"""Identities that clients claim."""

from __future__ import annotations

from itertools import product

import pytest

from tests.gateways.client import Client, send
from tests.gateways.helpers import IDENTITY, told
from tests.gateways.process import Process
from tests.gateways.recorder import Recorder

# Every character that a header's name may hold, and that some applications take for a hyphen (RFC 9110, section 5.6.2).
LOOKS_LIKE_A_HYPHEN = "!#$%&'*+.^_`|~"


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
