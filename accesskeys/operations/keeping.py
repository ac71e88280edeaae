"""How what somebody wishes for is kept: one form for what means the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from accesskeys.core import facts, networks

_FORMS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "scopes": lambda scopes: sorted(set(scopes)),
        "allowed_networks": lambda texts: list(dict.fromkeys(map(networks.as_kept, texts))),
        "rate_limit": lambda rate: rate or None,
        "description": facts.as_kept,
        "owner": facts.as_kept,
        "labels": dict,
    }
)


def as_kept(wished: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields of an access key as they stand in its row."""
    return {name: _FORMS[name](value) if name in _FORMS else value for name, value in wished.items()}
