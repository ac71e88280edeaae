"""Wrong settings, said before anything is served."""

from __future__ import annotations

from typing import Any

from django.core.checks import CheckMessage, Error

from accesskeys.core.exceptions import KeyringError
from accesskeys.core.keyring import get_keyring


def check_master_keys(**_kwargs: Any) -> list[CheckMessage]:
    """accesskeys.E001: the master keys are missing or malformed."""
    try:
        get_keyring()
    except KeyringError as error:
        hint = (
            "An entry is an id, a colon and 32 random bytes in base64url; .env.example shows how to make one."
        )
        return [Error(str(error), hint=hint, id="accesskeys.E001")]
    return []
