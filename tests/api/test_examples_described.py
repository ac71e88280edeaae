"""Every example of the OpenAPI document is what its schema says, and holds no key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from accesskeys.api.documentation import answers
from accesskeys.core import keys_in_text
from tests.api.test_documented_answers import DOCUMENT, OPERATIONS, strict

EVERY = {
    operation["operationId"]: operation
    for methods in DOCUMENT["paths"].values()
    for operation in methods.values()
}
EXAMPLES = [
    (f"{name} {place} {title}", content["schema"], example["value"])
    for name, operation in EVERY.items()
    for place, part in {"body": operation.get("requestBody", {}), **operation["responses"]}.items()
    for content in part.get("content", {}).values()
    for title, example in content.get("examples", {}).items()
]


def faults(schema: dict[str, Any], value: Any) -> list[str]:
    whole = {**strict(schema), "components": strict(DOCUMENT["components"])}
    checker = Draft202012Validator.FORMAT_CHECKER
    return [error.message for error in Draft202012Validator(whole, format_checker=checker).iter_errors(value)]


@pytest.mark.parametrize(
    ("schema", "value"), [example[1:] for example in EXAMPLES], ids=[e[0] for e in EXAMPLES]
)
def test_an_example_is_what_its_schema_says(schema: dict[str, Any], value: Any) -> None:
    assert faults(schema, value) == []


def test_a_header_that_is_shown_is_a_string() -> None:
    shown = [
        header["example"]
        for operation in EVERY.values()
        for response in operation["responses"].values()
        for header in response.get("headers", {}).values()
        if "example" in header
    ]
    assert len(shown) > 4
    assert all(isinstance(example, str) for example in shown)


def test_the_comparison_would_notice() -> None:
    [(schema, value)] = [each[1:] for each in EXAMPLES if each[0].startswith("describe_access_key 200")]
    assert faults(schema, {**value, "more": 1})
    assert faults(schema, {**value, "id": "no uuid"})
    assert faults(schema, {name: value[name] for name in value if name != "owner"})


def test_each_operation_has_a_purpose_and_one_answer() -> None:
    assert set(answers.OPERATIONS) == set(OPERATIONS)
    for name, operation in EVERY.items():
        assert operation["x-purpose"] in operation["description"], name
        [answer] = [
            each for status, each in operation["responses"].items() if status in {"200", "201", "204"}
        ]
        for content in answer.get("content", {}).values():
            assert "answer" in content["examples"], name


def test_no_example_holds_a_key() -> None:
    assert not keys_in_text.is_mostly_in(json.dumps(DOCUMENT))
    assert '"ica_\\u2026"' in json.dumps(DOCUMENT)


def test_every_refusal_says_what_it_is() -> None:
    statuses = {str(refusal["status"]) for refusal in DOCUMENT["x-refusals"]}
    for name, operation in EVERY.items():
        for status, response in operation["responses"].items():
            if status >= "400":
                assert status in statuses, (name, status)
                assert response["description"], (name, status)
