"""A JSON parser that takes exactly one meaning for each body, or none."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser


class StrictJSONParser(BaseParser):
    """RFC 8259 JSON in UTF-8. 400 for anything two programs could read differently, 415 for another type.

    Refused are repeated names, NaN, Infinity and what Python reads as such, numbers of absurd length, nesting without
    end, lone surrogates and a byte order mark. The size is limited before the body comes here.
    """

    media_type = "application/json"

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        _require_utf8_json(parser_context)
        try:
            data = json.loads(
                stream.read().decode("utf-8"),
                object_pairs_hook=_without_repetition,
                parse_constant=_refuse_constant,
                parse_float=_finite,
            )
            # A lone surrogate parses, and would break whoever writes the text down later.
            json.dumps(data, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            raise ParseError("The body is not valid JSON, or says something twice.") from None
        return data


def _require_utf8_json(parser_context: Mapping[str, Any] | None) -> None:
    request = (parser_context or {})["request"]._request
    charset = request.content_params.get("charset", "utf-8").lower()
    # DRF takes application/* and */* for what we read.
    if request.content_type != StrictJSONParser.media_type or charset not in {"utf-8", "utf8"}:
        raise UnsupportedMediaType(request.content_type, "Send JSON in UTF-8, as application/json.")


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    data = dict(pairs)
    if len(data) != len(pairs):
        raise ValueError
    return data


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise ValueError
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError
