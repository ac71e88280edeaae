"""Cookies that hold a taste or a mark, and no secret."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse


def name_of(request: HttpRequest, name: str) -> str:
    """What it is called here: over https so that browsers keep it to this host (RFC 6265bis, section 4.1.3.2)."""
    return f"__Host-{name}" if request.is_secure() else name


def recall(request: HttpRequest, name: str) -> str:
    """What the browser has kept; empty where it has nothing."""
    return request.COOKIES.get(name_of(request, name), "")


def remember(request: HttpRequest, response: HttpResponse, name: str, value: str, *, seconds: int) -> None:
    """Let the browser keep it."""
    response.set_cookie(
        name_of(request, name),
        value,
        max_age=seconds,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )
