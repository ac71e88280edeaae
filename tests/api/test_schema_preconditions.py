"""What the OpenAPI document says of versions, and that it says it where they are heeded."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.test_documented_answers import OPERATIONS

READ = {"describe_access_key", "describe_current_access_key"}
CHANGED = {
    *("change_access_key", "limit_access_key", "suspend_access_key", "resume_access_key"),
    *("complete_rotation", "cancel_rotation"),
}
UNTAGGED = {"revoke_access_key", "rotate_access_key", "rotate_current_access_key"}


def headers(operation: dict[str, Any]) -> set[str]:
    return {each["name"] for each in operation.get("parameters", ()) if each["in"] == "header"}


@pytest.mark.parametrize("name", OPERATIONS)
def test_each_operation(name: str) -> None:
    _, _, operation = OPERATIONS[name]
    responses = operation["responses"]
    assert ("If-None-Match" in headers(operation)) == ("304" in responses) == (name in READ)
    heeds = name in CHANGED | UNTAGGED
    assert ("If-Match" in headers(operation)) == ("412" in responses) == heeds
    tagged = {status for status, response in responses.items() if "ETag" in response.get("headers", {})}
    assert tagged == {
        **{key: {"200", "304"} for key in READ},
        **{key: {"200"} for key in CHANGED},
        "generate_access_key": {"201"},
    }.get(name, set())
