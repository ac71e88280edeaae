"""Open a sealed key: to show it, or to see that it could be shown."""

from __future__ import annotations

from accesskeys.core import keyring
from accesskeys.core.exceptions import IntegrityFailure
from accesskeys.models import AccessKey


def unseal(access_key: AccessKey) -> str:
    """The key of this access key; raises IntegrityFailure when it does not open to what the digest names."""
    ring = keyring.get_keyring()
    key = ring.named(access_key.sealed_key_id).open(_bytes(access_key.sealed, "sealed"), row_id=access_key.pk)
    digest = ring.named(access_key.digest_key_id).digest(key)
    if not keyring.same(digest, _bytes(access_key.digest, "digest")):
        raise IntegrityFailure("digest")
    return key


def _bytes(value: bytes | memoryview, column: str) -> bytes:
    try:
        return bytes(value)
    except TypeError:  # SQLite keeps a text where bytes belong.
        raise IntegrityFailure(column) from None
