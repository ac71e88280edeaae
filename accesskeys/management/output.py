"""How commands write an access key down."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from accesskeys.models import AccessKey


def described(access_key: AccessKey) -> dict[str, Any]:
    """What may be told about an access key, ready for JSON. Times are ISO 8601 in UTC."""
    return {
        "id": str(access_key.pk),
        "name": access_key.name,
        "scopes": access_key.scopes,
        "allowed_networks": access_key.allowed_networks,
        "rate_limit": access_key.rate_limit,
        "created_at": _written(access_key.created_at),
        "created_by": access_key.created_by,
        "expires_at": _written(access_key.expires_at),
        "suspended_at": _written(access_key.suspended_at),
        "last_used_at": _written(access_key.last_used_at),
    }


def _written(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None
