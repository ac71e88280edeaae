"""The bearer scheme of RFC 6750: reading ``Authorization``, writing ``WWW-Authenticate``."""

from __future__ import annotations

import re

from accesskeys.exceptions import InvalidKey

REALM = "identity-cloud"

# A scheme is an RFC 9110 token. One or more spaces, and nothing else, part it from what follows.
_SCHEME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def is_bearer(authorization: str) -> bool:
    """Whether a header names the bearer scheme, in any case, whatever follows it."""
    scheme = _SCHEME.match(authorization)
    return scheme is not None and scheme[0].lower() == "bearer"


def key_in(authorization: str) -> str | None:
    """What a header presents as a key: None if it is empty or of another scheme.

    Raises InvalidKey for a bearer header that does not hold exactly one word.
    """
    if not is_bearer(authorization):
        return None
    rest = authorization[len("bearer") :]
    key = rest.lstrip(" ")
    if key == rest or not key or " " in key:
        raise InvalidKey("malformed")
    return key


def challenge(error: str | None = None, *, scope: str | None = None) -> str:
    """The value of ``WWW-Authenticate``, with the error and the scope that is missing (RFC 6750, section 3)."""
    attributes = {"realm": REALM, "error": error, "scope": scope}
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in attributes.items() if value)
