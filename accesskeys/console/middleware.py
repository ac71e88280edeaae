"""What requests for pages pass before their view."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import escape_leading_slashes
from django_htmx.http import HttpResponseClientRedirect

from accesskeys.console import cookies
from accesskeys.core import keys_in_text

# Tells the next page that a key was in an address. A session would cost a row for each stranger.
KEY_COOKIE = "key_in_address"
KEY_COOKIE_SECONDS = 60


class KeyInAddressMiddleware:
    """Leads away from an address that holds a key: to the same one without it. No page and no form sees the key.

    Whoever followed a link, or runs no scripts, is told on the next page. Nothing is looked up: a link that somebody
    else wrote must not ask whose key it is. There is nothing at a path that holds a key; it is struck out of what the
    page for that says.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if address := _without_keys(request):
            return _lead_away(request, address)
        if keys_in_text.is_mostly_in(request.path):
            request.path, request.path_info = map(keys_in_text.struck_from, (request.path, request.path_info))
            request.COOKIES[cookies.name_of(request, KEY_COOKIE)] = "yes"
        response = self.get_response(request)
        if _is_page(response):
            for name in told_by(request):
                response.delete_cookie(name, samesite="Lax")
        return response


def told_by(request: HttpRequest) -> list[str]:
    """The cookies that say so. The address may have been one of plain http, and this page not be."""
    return [name for name in {KEY_COOKIE, cookies.name_of(request, KEY_COOKIE)} if request.COOKIES.get(name)]


def _lead_away(request: HttpRequest, address: str) -> HttpResponse:
    by_htmx = "HX-Request" in request.headers
    response = HttpResponseClientRedirect(address) if by_htmx else HttpResponseRedirect(address)
    response["Cache-Control"] = "no-store"
    cookies.remember(request, response, KEY_COOKIE, "yes", seconds=KEY_COOKIE_SECONDS)
    return response


def _without_keys(request: HttpRequest) -> str:
    """The address without the parameters that hold keys; empty where none does."""
    query = request.GET.copy()
    for name, values in request.GET.lists():
        if any(map(keys_in_text.is_mostly_in, [name, *values])):
            del query[name]
    if len(query) == len(request.GET):
        return ""
    return escape_leading_slashes(keys_in_text.struck_from(request.path)) + (
        f"?{query.urlencode()}" if query else ""
    )


def _is_page(response: HttpResponse) -> bool:
    return response.get("Content-Type", "").startswith("text/html") and "Location" not in response
