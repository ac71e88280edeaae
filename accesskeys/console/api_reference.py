"""The OpenAPI document as it is laid out on a page: in chapters of endpoints."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Part = Mapping[str, Any]

LINE: Final = 72  # characters of JSON

# How drf-spectacular writes the choices at the end of a description, in Markdown: a line for each.
_CHOICE: Final = re.compile(r"^\* `(.*)` - (.*)$", re.MULTILINE)

CHAPTERS: Final[Mapping[str, Promise]] = {
    "calling_key": _("The calling key"),
    "access_keys": _("Access keys"),
    "rotation": _("Rotation"),
    "beside": _("Beside the API"),
}


def chapters(document: Part, base_address: str) -> list[dict[str, Any]]:
    """The chapters in their order, each with its endpoints."""
    endpoints = list(_endpoints(document, base_address))
    return [
        {"id": tag, "heading": heading, "endpoints": [each for each in endpoints if each["tags"] == [tag]]}
        for tag, heading in CHAPTERS.items()
    ]


def refusal(document: Part) -> str:
    """What a refusal looks like."""
    return _written(document["components"]["schemas"]["Errors"]["examples"][0])


def _endpoints(document: Part, base_address: str) -> Iterator[dict[str, Any]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            status, answer = next(iter(sorted(operation["responses"].items())))
            yield {
                **operation,
                "path": path,
                "method": method.upper(),
                "scope": operation.get("x-scope"),
                "purpose": operation.get("x-purpose"),
                "copy_from": f"call-{operation['operationId']}",
                "parameters": [_told(each) for each in operation.get("parameters", ())],
                "fields": _fields(document, operation),
                # Those that any answer may have are described once, ahead of all.
                "headers": {
                    name: header for name, header in answer.get("headers", {}).items() if "$ref" not in header
                },
                "silent": _silent(operation),
                "call": _call(method.upper(), base_address + path, operation),
                "answer": _answer(int(status), answer),
            }


def _told(part: Part) -> dict[str, Any]:
    """A parameter or a field, its description and choices apart: each value, and its meaning where that differs."""
    text = part.get("description", "")
    listed = _CHOICE.findall(text)
    values = part.get("schema", part).get("enum", ())
    choices = {value: "" if meaning == value else meaning for value, meaning in listed}
    return {
        **part,
        "description": _CHOICE.sub("", text).strip(),
        "choices": choices or dict.fromkeys(values, ""),
    }


def _silent(operation: Part) -> dict[str, str]:
    """The refusals that have no body, and so no code: what each means, by status."""
    return {
        status: response["description"]
        for status, response in operation["responses"].items()
        if status >= "400" and "content" not in response
    }


def _content(part: Part) -> tuple[str, Part]:
    """The type of a body and what is said of it; nothing where there is none."""
    return next(iter(part.get("content", {}).items()), ("", {}))


def _example(content: Part) -> Any:
    return next((example["value"] for example in content.get("examples", {}).values()), None)


def _fields(document: Part, operation: Part) -> dict[str, Any]:
    """The properties of the body, by name."""
    _, content = _content(operation.get("requestBody", {}))
    schema = content.get("schema", {})
    if "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    required = schema.get("required", [])
    return {
        name: {**_told(field), "is_required": name in required}
        for name, field in schema.get("properties", {}).items()
    }


def _call(method: str, address: str, operation: Part) -> str:
    """The endpoint asked with curl. Keys and IDs are variables of the shell."""
    lines = [f"curl --request {method} {address.replace('{id}', '$ID')}"]
    if operation["security"]:
        lines.append('--header "Authorization: Bearer $KEY"')
    kind, content = _content(operation.get("requestBody", {}))
    if kind == "application/json":
        lines.append(f"--json '{_written(_example(content))}'")
    elif kind:
        lines += [
            f'--data-urlencode "{name}=${name.upper()}"' for name in content["schema"].get("required", [])
        ]
    return " \\\n  ".join(lines)


def _answer(status: int, answer: Part) -> str:
    """Status, the headers that have an example, and the body."""
    head = [f"{status} {HTTPStatus(status).phrase}"]
    for name, header in answer.get("headers", {}).items():
        if "example" in header:
            head.append(f"{name}: {header['example']}")
    example = _example(_content(answer)[1])
    if example is None:
        return "\n".join(head)
    body = example if isinstance(example, str) else _written(example)
    return "\n".join([*head, "", body.rstrip("\n")])


def _written(value: Any, indent: str = "") -> str:
    """JSON to read: what fits on one line stands on one."""
    line = json.dumps(value, ensure_ascii=False)
    if len(line) <= LINE or not isinstance(value, dict | list):
        return line
    deeper = f"{indent}  "
    if isinstance(value, dict):
        parts = [f"{json.dumps(name)}: {_written(part, deeper)}" for name, part in value.items()]
    else:
        parts = [_written(part, deeper) for part in value]
    return f"{line[0]}\n{deeper}" + f",\n{deeper}".join(parts) + f"\n{indent}{line[-1]}"
