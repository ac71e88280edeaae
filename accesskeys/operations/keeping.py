"""How what somebody wishes for is kept: one form for what means the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

_FORMS: Final[Mapping[str, Callable[[Any], Any]]] = MappingProxyType(
    {
        "scopes": lambda scopes: sorted(set(scopes)),
        "allowed_networks": lambda networks: list(dict.fromkeys(networks)),
        "rate_limit": lambda rate: rate or None,
        "labels": dict,
    }
)


def as_kept(wished: Mapping[str, Any]) -> dict[str, Any]:
    """The same fields of an access key as they stand in its row."""
    return {name: _FORMS[name](value) if name in _FORMS else value for name, value in wished.items()}
