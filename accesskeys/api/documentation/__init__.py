"""What the OpenAPI document says beyond what drf-spectacular finds out: purposes, examples, refusals, other doors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise

from accesskeys.api.documentation import answers, beside, gate, refusals, standing

_CHAPTERS = {"ping": "calling_key", "current": "calling_key", "rotation": "rotation"}


def complete(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """For drf-spectacular's ``POSTPROCESSING_HOOKS``."""
    # Short addresses first: what is about a whole, before what is about its parts.
    result["paths"] = dict(sorted(result["paths"].items(), key=lambda item: len(item[0])))
    for path, methods in result["paths"].items():
        for operation in methods.values():
            operation["tags"] = [_chapter(path)]
    for path, methods in (gate.paths() | beside.paths()).items():
        result["paths"][path] = {
            method: {"tags": ["beside"], "description": operation["x-purpose"], **operation}
            for method, operation in methods.items()
        }
    answers.describe(result)
    refusals.describe(result)
    standing.describe(result)
    return {name: _spoken(part) for name, part in result.items()}


def _chapter(path: str) -> str:
    """Under which tag an endpoint of the API stands."""
    return next((tag for part, tag in _CHAPTERS.items() if f"/{part}/" in path), "access_keys")


def _spoken(part: Any) -> Any:
    """The same, with its sentences in the language of the moment."""
    match part:
        case Promise():
            return str(part)
        case Mapping():
            return {name: _spoken(each) for name, each in part.items()}
        case list() | tuple():
            return [_spoken(each) for each in part]
        case _:
            return part
