"""Scopes: what a key may be used for. Built-in ones guard this product's own API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

READ = "access_keys:read"
WRITE = "access_keys:write"
REVEAL = "access_keys:reveal"
INTROSPECT = "access_keys:introspect"
METRICS = "access_keys:metrics"
ROTATE_SELF = "access_keys:rotate_self"

BUILT_IN: Mapping[str, str | Promise] = MappingProxyType(
    {
        READ: _("List access keys and read their details"),
        WRITE: _("Generate, rename, limit, suspend and revoke access keys with no other scopes than its own"),
        REVEAL: _("Show the key of access keys with no other scopes than its own"),
        INTROSPECT: _("Ask whether another key is usable, and what for (RFC 7662)"),
        METRICS: _("Read how many keys were accepted and refused, and why"),
        ROTATE_SELF: _("Give the calling access key itself another key"),
    }
)

LIMIT = 32
MAX_LENGTH = 100

WORD = r"[a-z][a-z0-9_.-]*"
PATTERN = re.compile(rf"{WORD}(:{WORD})*")


def is_well_formed(scope: str) -> bool:
    """Whether the text is one scope: lower-case words joined by colons, such as ``orders:read``."""
    return len(scope) <= MAX_LENGTH and PATTERN.fullmatch(scope) is not None
