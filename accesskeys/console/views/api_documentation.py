"""The OpenAPI document as a page to read."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from drf_spectacular.settings import spectacular_settings

from accesskeys.console.views.base import ConsolePage


class ApiDocumentationPage(ConsolePage):
    """The OpenAPI document laid out as a page of the console, for every signed-in operator. No script is needed."""

    template_name = "console/api_documentation.html"
    section = "api"

    def admit(self) -> None:
        """Whoever is signed in may read about the API."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        document = spectacular_settings.DEFAULT_GENERATOR_CLASS().get_schema(request=None, public=True)
        return super().get_context_data(
            document=document,
            endpoints=list(_endpoints(document)),
            base_address=self.request.build_absolute_uri("/").rstrip("/"),
            **context,
        )


def _endpoints(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield {
                **operation,
                "path": path,
                "method": method.upper(),
                "scope": operation.get("x-scope"),
                "fields": _fields(document, operation),
                "example": _example(operation),
                "copy_from": f"call-{operation['operationId']}",
            }


def _body(operation: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = operation.get("requestBody", {}).get("content", {})
    return dict(content.get("application/json", {}))


def _example(operation: dict[str, Any]) -> str:
    """A JSON body to send, on one line; empty where none is sent."""
    examples = _body(operation).get("examples", {})
    return next((json.dumps(example["value"]) for example in examples.values()), "")


def _fields(document: dict[str, Any], operation: dict[str, Any]) -> dict[str, Any]:
    """The properties of the JSON body, by name."""
    reference = _body(operation).get("schema", {}).get("$ref")
    if reference is None:
        return {}
    component = document["components"]["schemas"][reference.rpartition("/")[2]]
    required = component.get("required", [])
    return {
        name: {**field, "is_required": name in required} for name, field in component["properties"].items()
    }
