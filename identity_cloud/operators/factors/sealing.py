"""The secrets of second factors, as the database and the session hold them: sealed by the keyring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accesskeys.core.exceptions import IntegrityFailure
from accesskeys.core.keyring import get_keyring


def seal(secret: str, *, operator: AbstractBaseUser, kind: str) -> dict[str, str]:
    """The secret, so that it opens only as this kind of factor of this operator."""
    sealed = get_keyring().current.seal_factor(secret, owner=_owner(operator, kind))
    return {"sealed": urlsafe_base64_encode(sealed.text), "key_id": sealed.key_id}


def unseal(stored: Mapping[str, Any], *, operator: AbstractBaseUser, kind: str) -> str:
    """The secret again. Raises IntegrityFailure: it was damaged or moved, or its master key is gone."""
    try:
        key_id, sealed = str(stored["key_id"]), urlsafe_base64_decode(str(stored["sealed"]))
    except (KeyError, ValueError):
        raise IntegrityFailure from None
    return get_keyring().named(key_id).open_factor(sealed, owner=_owner(operator, kind))


def _owner(operator: AbstractBaseUser, kind: str) -> str:
    return f"{operator.pk}/{kind}"
