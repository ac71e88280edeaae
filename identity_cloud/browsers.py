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


def is_ours(*, is_https: bool, host: str) -> bool:
    """Whether a request came over https in our own name, with the port of ``PUBLIC_URL`` or without any.

    There alone it is said to stay on https: gateways, which ask under another name, hand our refusals on.
    """
    if not is_https or settings.IS_LOCAL:
        return False
    return host == settings.PUBLIC_HOST or host == settings.PUBLIC_URL.hostname  # The second takes longer.


def told(*, ours: bool) -> Mapping[str, str]:
    """The headers of an answer."""
    return {**HEADERS, "Strict-Transport-Security": _stay()} if ours else HEADERS


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
        ours = is_ours(is_https=request.is_secure(), host=request.META.get("HTTP_HOST", ""))
        for name, value in told(ours=ours).items():
            response.headers.setdefault(name, value)
        return response
