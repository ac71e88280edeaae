"""What every answer tells browsers, whoever makes it: it is no page, and of no use to other sites.

A page says more, and otherwise; what it has said stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse

HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": (
        "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def told(*, is_https: bool, host: str) -> Mapping[str, str]:
    """The headers for a request that names this host, with the port of ``PUBLIC_URL`` or without any.

    To stay on https is said in our own name alone: gateways, which ask under another one, hand our refusals on.
    """
    if is_https and not settings.IS_LOCAL and _is_ours(host):
        return {**HEADERS, "Strict-Transport-Security": _stay()}
    return HEADERS


def _is_ours(host: str) -> bool:
    return host == settings.PUBLIC_HOST or host == settings.PUBLIC_URL.hostname  # The second takes longer.


def _stay() -> str:
    domains = "; includeSubDomains" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
    preload = "; preload" if settings.SECURE_HSTS_PRELOAD else ""
    return f"max-age={settings.SECURE_HSTS_SECONDS}{domains}{preload}"


class BrowsersMiddleware:
    """Outside of all that may answer by itself. Django's own middleware knows the pages alone."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        host = request.META.get("HTTP_HOST", "")
        for name, value in told(is_https=request.is_secure(), host=host).items():
            response.headers.setdefault(name, value)
        return response
