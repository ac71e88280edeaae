"""The gate, for those who configure a gateway: what it is asked with, and what it answers. There is never a body."""

from __future__ import annotations

from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

DIALECTS: Final = ("nginx", "caddy", "traefik", "envoy", "haproxy")

Sentence = str | Promise


def _taken(name: str, place: str, description: Sentence, **schema: Any) -> dict[str, Any]:
    return {"name": name, "in": place, "schema": {"type": "string", **schema}, "description": description}


def _told(description: Sentence, example: str) -> dict[str, Any]:
    return {"schema": {"type": "string"}, "description": description, "example": example}


def _refusal(description: Sentence, **headers: Any) -> dict[str, Any]:
    return {"description": description, "headers": headers} if headers else {"description": description}


def paths() -> dict[str, Any]:
    """The path item, in the language of the moment."""
    challenge = _told(
        _("As in an answer of the API."), 'Bearer realm="identity-cloud", error="invalid_token"'
    )
    pause = _told(_("Seconds to wait."), "5")
    operation = {
        "operationId": "verify",
        "summary": _("May this request pass?"),
        "x-purpose": _(
            "For gateways, which ask it about each request (forward authentication) and pass on what it answers. "
            "Take every X-Access-Key header from the answer, and none from the client."
        ),
        "security": [{"accessKey": []}],
        "parameters": [
            _taken(
                "scope",
                "query",
                _("A scope that the key must carry. Several: several times, or parted by spaces."),
            ),
            _taken(
                "dialect",
                "query",
                _("Which gateway asks. nginx hears 403 in place of 429, which it cannot pass on."),
                enum=[*DIALECTS],
                default="nginx",
            ),
            _taken(
                "X-Forwarded-For",
                "header",
                _("The address of the client, believed from TRUSTED_PROXIES alone."),
            ),
        ],
        "responses": {
            "200": {
                "description": _("The request may pass."),
                "headers": {
                    "X-Access-Key-Id": _told(_("The access key ID."), "5b0ac3f2-6f2e-4c0e-9d5f-2b7a1c7d9e10"),
                    "X-Access-Key-Name": _told(_("Its name."), "billing_worker"),
                    "X-Access-Key-Scopes": _told(_("Its scopes, parted by spaces."), "orders:read"),
                    "X-Access-Key-Labels": _told(_("Its labels, written as in a query."), "team=payments"),
                },
            },
            "401": _refusal(_("There is no key, or it is not usable."), **{"WWW-Authenticate": challenge}),
            "403": _refusal(
                _("The key lacks a scope; or, for nginx, as 429."), **{"WWW-Authenticate": challenge}
            ),
            "429": _refusal(_("Too many requests."), **{"Retry-After": pause}),
            "503": _refusal(
                _("Nobody can decide at the moment, or the question is not one: see the log."),
                **{"Retry-After": pause},
            ),
        },
    }
    return {"/auth/verify/": {"get": operation}}
