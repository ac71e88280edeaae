"""What the OpenAPI document says of ``Idempotency-Key``, and what anybody hears of it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.test import Client

from accesskeys.api.idempotency import HEADER, REPLAYED
from tests.api.helpers import JSON, LIST
from tests.api.test_documented_answers import DOCUMENT, OPERATIONS, wrong

pytestmark = pytest.mark.django_db


@pytest.fixture
def described() -> dict[str, Any]:
    operation: dict[str, Any] = OPERATIONS["generate_access_key"][2]
    return operation


@pytest.mark.parametrize(("name", "status"), [("generate_access_key", "201"), ("rotate_access_key", "200")])
def test_the_header_is_described_where_it_is_read_and_nowhere_else(name: str, status: str) -> None:
    described = OPERATIONS[name][2]
    [parameter] = [each for each in described["parameters"] if each["name"] == HEADER]
    assert parameter["in"] == "header"
    assert not parameter.get("required")
    assert REPLAYED in described["responses"][status]["headers"]
    assert json.dumps(DOCUMENT).count(f'"name": "{HEADER}"') == 2


def test_a_conflict_has_the_shape_that_the_document_says(described: dict[str, Any], writer: Client) -> None:
    schema = described["responses"]["409"]["content"][JSON]["schema"]
    marked = {"content_type": JSON, "headers": {HEADER: "m1"}}
    assert writer.post(LIST, '{"name": "billing"}', **marked).status_code == 201
    response = writer.post(LIST, '{"name": "other"}', **marked)
    assert response.status_code == 409
    assert list(wrong(response.content, schema)) == []
