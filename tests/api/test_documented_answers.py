"""Every operation of the OpenAPI document, performed: it answers with the status and the shape that it promises."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.management import call_command
from jsonschema import Draft202012Validator

from accesskeys import operations
from accesskeys.core.scopes import READ, REVEAL, ROTATE_SELF, WRITE
from accesskeys.operations.actors import Actor
from tests.api.helpers import JSON
from tests.clients import consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


def document() -> dict[str, Any]:
    output = io.StringIO()
    call_command("spectacular", "--format", "openapi-json", stdout=output)
    read: dict[str, Any] = json.loads(output.getvalue())
    return read


DOCUMENT = document()
ALL = [READ, WRITE, REVEAL, ROTATE_SELF]
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, methods in DOCUMENT["paths"].items()
    if path.startswith("/api/")  # The others have a test of their own.
    for method, operation in methods.items()
}


def success(operation: dict[str, Any]) -> tuple[int, dict[str, Any] | None]:
    """The one status that is no refusal, and the schema of its body; None: it has none."""
    [(status, response)] = [each for each in operation["responses"].items() if each[0] < "300"]
    content = response.get("content", {})
    assert set(content) <= {"application/json"}
    return int(status), content["application/json"]["schema"] if content else None


def strict(schema: Any) -> Any:
    """The same, without room for what is not described."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    closed = {"unevaluatedProperties": False} if "properties" in schema else {}
    return {**{name: strict(value) for name, value in schema.items()}, **closed}


def example(operation: dict[str, Any]) -> str:
    content = operation.get("requestBody", {}).get("content", {}).get(JSON, {})
    return next((json.dumps(shown["value"]) for shown in content.get("examples", {}).values()), "")


def wrong(body: bytes, schema: dict[str, Any]) -> Iterator[str]:
    whole = {**schema, "components": strict(DOCUMENT["components"])}
    checker = Draft202012Validator.FORMAT_CHECKER
    for error in Draft202012Validator(whole, format_checker=checker).iter_errors(json.loads(body)):
        yield f"{error.json_path}: {error.message}"


def answer(name: str, **target: Any) -> tuple[Any, int, dict[str, Any] | None]:
    method, path, operation = OPERATIONS[name]
    caller = consumer(AccessKeyFactory(name="caller", scopes=[*ALL, "orders:read"]))
    access_key = AccessKeyFactory(name="target", **target)
    if name == "resume_access_key":
        operations.suspend(access_key_id=access_key.pk, actor=Actor.for_command())
    if name in ("describe_rotation", "cancel_rotation", "complete_rotation"):
        operations.rotate(access_key_id=access_key.pk, actor=Actor.for_command())
    body = example(operation)
    response = caller.generic(method, path.replace("{id}", str(access_key.pk)), body, JSON if body else "")
    return response, *success(operation)


@pytest.mark.parametrize("name", OPERATIONS)
@pytest.mark.parametrize("target", [{}, {"scopes": ["orders:read"], "expired": True}], ids=["bare", "full"])
def test_an_operation_answers_as_the_document_says(name: str, target: dict[str, Any]) -> None:
    response, status, schema = answer(name, **target)
    assert response.status_code == status
    if schema is None:
        assert response.content == b""
    else:
        assert response["Content-Type"] == JSON
        assert list(wrong(response.content, schema)) == []


@pytest.mark.parametrize("name", OPERATIONS)
def test_a_refusal_has_the_shape_that_the_document_says(name: str) -> None:
    method, path, operation = OPERATIONS[name]
    caller = consumer(AccessKeyFactory(scopes=ALL))
    target = AccessKeyFactory()
    response = caller.generic(method, f"{path.replace('{id}', str(target.pk))}?page=2", "{}", JSON)
    assert response.status_code == 400
    schema = operation["responses"]["400"]["content"][JSON]["schema"]
    assert list(wrong(response.content, schema)) == []


def test_the_comparison_would_notice() -> None:
    [described] = [OPERATIONS["describe_access_key"][2]]
    _, schema = success(described)
    assert schema is not None
    response, *_ = answer("describe_access_key")
    whole = response.json()
    for name in whole:
        less = {field: value for field, value in whole.items() if field != name}
        assert list(wrong(json.dumps(less).encode(), schema)), name
    assert list(wrong(json.dumps({**whole, "more": 1}).encode(), schema))
    assert list(wrong(json.dumps({**whole, "id": "no uuid"}).encode(), schema))
