"""The headers that tell a program where it stands. Any answer to a key may have them, so they are described once."""

from __future__ import annotations

from typing import Any, Final

from django.utils.translation import gettext_lazy as _

HEADERS: Final = {
    "RateLimit-Policy": {
        "schema": {"type": "string"},
        "description": _("The rate limit of the key: requests, and seconds. Without a limit, it is absent."),
        "example": '"access-key";q=100;w=60',
    },
    "RateLimit": {
        "schema": {"type": "string"},
        "description": _("Requests that are left, and seconds until counting begins anew."),
        "example": '"access-key";r=37;t=12',
    },
    "Sunset": {
        "schema": {"type": "string"},
        "description": _("When the old key of two stops working."),
        "example": "Sun, 29 Nov 2026 14:05:00 GMT",
    },
}
# Where no key was counted: it was no good, or nobody has looked at it.
_UNTOLD: Final = ("401", "413", "503")


def describe(result: dict[str, Any]) -> None:
    """Name them in every answer to a key that was counted."""
    result["components"]["headers"] = HEADERS
    for methods in result["paths"].values():
        for operation in methods.values():
            if not operation["security"]:
                continue
            for status, response in operation["responses"].items():
                if status not in _UNTOLD:
                    names = [name for name in HEADERS if (name, status) != ("Sunset", "429")]
                    told = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
                    response["headers"] = {**response.get("headers", {}), **told}
