"""The secrets of second factors, as the database and the session hold them: sealed by the keyring."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode

from accesskeys.core.exceptions import IntegrityFailure
from accesskeys.core.keyring import get_keyring

T = TypeVar("T")


def seal(secret: str, *, operator: AbstractBaseUser, kind: str) -> dict[str, str]:
    """The secret, so that it opens only as this kind of factor of this operator."""
    sealed = get_keyring().current.seal_factor(secret, owner=_owner(operator.pk, kind))
    return {"sealed": urlsafe_base64_encode(sealed.text), "key_id": sealed.key_id}


def unseal(stored: Mapping[str, Any], *, operator: AbstractBaseUser, kind: str) -> str:
    """The secret again. Raises IntegrityFailure: it was damaged or moved, or its master key is gone."""
    return _open(stored, _owner(operator.pk, kind))


def opened(row: Authenticator) -> str:
    """The secret in the row of a factor. Raises IntegrityFailure, as above."""
    return _open(row.data, _owner(row.user_id, row.type))


def beside(row: Authenticator, name: str, kind: type[T]) -> T:
    """What stands in the row beside the secret. Raises IntegrityFailure where it is not there, or something else."""
    value = row.data.get(name) if isinstance(row.data, dict) else None
    if type(value) is not kind:
        raise IntegrityFailure
    return value


def _open(stored: Any, owner: str) -> str:
    try:
        key_id, sealed = str(stored["key_id"]), urlsafe_base64_decode(str(stored["sealed"]))
    except (KeyError, TypeError, ValueError):
        raise IntegrityFailure from None
    return get_keyring().named(key_id).open_factor(sealed, owner=owner)


def _owner(operator_id: int, kind: str) -> str:
    return f"{operator_id}/{kind}"
