"""What every page of the console needs to know besides its own subject."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accesskeys.http import actor_of
from accesskeys.policy import Operation, may

THEME_COOKIE = "theme"
THEMES = ("light", "dark")


def console(request: HttpRequest) -> dict[str, Any]:
    """``may``: what the operator may do, by operation. ``theme``: light or dark if the operator chose one."""
    theme = request.COOKIES.get(THEME_COOKIE)
    return {
        "may": SimpleLazyObject(lambda: _permissions(request)),
        "theme": theme if theme in THEMES else "",
    }


def _permissions(request: HttpRequest) -> dict[str, bool]:
    # An error may come up before the middleware that knows who is signed in.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return {}
    actor = actor_of(request)
    return {operation.value: may(actor, operation) for operation in Operation}
