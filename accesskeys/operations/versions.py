"""Which version of an access key somebody has seen, so that nobody undoes unseen what another has changed."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from accesskeys.core.exceptions import PreconditionFailed
from accesskeys.core.moments import written
from accesskeys.models import DESCRIPTION, AccessKey

# All that is told of it, but what a use changes.
_FIELDS: Final = tuple(name for name in DESCRIPTION if name != "last_used_at")


def version_of(access_key: AccessKey) -> str:
    """A name for the access key as it is told of: another one as soon as anything else is told."""
    told = {name: getattr(access_key, name) for name in _FIELDS}
    text = json.dumps(told, sort_keys=True, default=_as_text)
    return sha256(text.encode()).hexdigest()[:32]


def check_version(access_key: AccessKey, expected: Collection[str] | None) -> None:
    """Raise PreconditionFailed unless it is one of these versions; None: any. Ask with the row in hand, locked."""
    if expected is not None and version_of(access_key) not in expected:
        raise PreconditionFailed


def _as_text(value: Any) -> str:
    return written(value, "microseconds") if isinstance(value, datetime) else str(value)
