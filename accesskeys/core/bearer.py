"""The bearer scheme of RFC 6750: reading ``Authorization``, writing ``WWW-Authenticate``."""

from __future__ import annotations

import re

REALM = "identity-cloud"

# A scheme is an RFC 9110 token. One or more spaces, and nothing else, part it from what follows.
_SCHEME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


def key_in(authorization: str) -> str | None:
    """What a header presents as a key, however malformed: None if it is empty or of another scheme.

    A second word, or a separator that is no space, stays in it: no key has either, and ``core.keys`` takes it for none.
    """
    scheme = _SCHEME.match(authorization)
    if scheme is None or scheme[0].lower() != "bearer":
        return None
    return authorization[scheme.end() :].lstrip(" ")


def challenge(error: str | None = None, *, scope: str | None = None) -> str:
    """The value of ``WWW-Authenticate``, with the error and the scope that is missing (RFC 6750, section 3)."""
    attributes = {"realm": REALM, "error": error, "scope": scope}
    return "Bearer " + ", ".join(f'{name}="{value}"' for name, value in attributes.items() if value)
