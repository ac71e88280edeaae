"""Labels as people type them: ``team=payments``."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError

from accesskeys.core.validators import not_a_label


def labels_of(texts: Iterable[str]) -> dict[str, str]:
    """The labels in these texts, one in each; raises ValidationError on ``labels``."""
    pairs = [text.partition("=") for text in texts]
    for key, equals, _value in pairs:
        if not equals:
            raise ValidationError({"labels": not_a_label(key)})
    return _without_repetition([(key, value) for key, _, value in pairs])


def labels_in(cell: str) -> dict[str, Any]:
    """The labels in one cell: parted by blanks, or as an object of JSON, where values may hold blanks.

    Raises ValidationError on ``labels``.
    """
    if not cell.startswith("{"):
        return labels_of(cell.split())
    try:
        return dict(json.loads(cell, object_pairs_hook=_without_repetition))
    except (ValueError, RecursionError):
        raise ValidationError({"labels": not_a_label("{…}")}) from None


def _without_repetition(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    labels = dict(pairs)
    if len(labels) < len(pairs):
        sentence = "A label is there twice: name each key once."
        raise ValidationError({"labels": ValidationError(sentence, code="twice")})
    return labels
