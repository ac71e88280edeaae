"""Why a key was refused: told to the log, and never to the caller."""

from __future__ import annotations

import logging

from accesskeys.models import AccessKey

logger = logging.getLogger("accesskeys.authentication")


def write(reason: str, *, address: str | None, access_key: AccessKey | None = None) -> None:
    """Write down the reason, where the request came from, and whose key it was, where that is known."""
    whose = f": access key {access_key.name} ({access_key.pk})" if access_key else ""
    logger.info("Key refused: %s, from %s%s", reason, address or "an unknown address", whose)
