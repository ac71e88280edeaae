"""What every page of the console needs to know besides its own subject."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accesskeys.console import cookies
from accesskeys.console.middleware import told_by
from accesskeys.http import actor_of
from accesskeys.operations.policy import Operation, may

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def console(request: HttpRequest) -> dict[str, Any]:
    """``may``: what the operator may do, by operation; for pages of signed-in operators alone.

    ``theme``: light or dark, if somebody chose one. ``key_in_address``: whether the address that led here held a key.
    """
    theme = cookies.recall(request, THEME_COOKIE)
    return {
        "may": SimpleLazyObject(lambda: _permissions(request)),
        "key_in_address": bool(told_by(request)),
        "theme": theme if theme in THEMES else "",
    }


def _permissions(request: HttpRequest) -> dict[str, bool]:
    actor = actor_of(request)
    return {operation.value: may(actor, operation) for operation in Operation}
