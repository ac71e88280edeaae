"""Open a sealed key: to show it, or to see that it could be shown."""

from __future__ import annotations

from accesskeys.core import keyring
from accesskeys.core.exceptions import IntegrityFailure
from accesskeys.models.sealed_key import SealedKey


def unseal(row: SealedKey) -> str:
    """The key of this row; raises IntegrityFailure when it does not open to what the digest names."""
    ring = keyring.get_keyring()
    key = ring.named(row.sealed_key_id).open(_bytes(row.sealed, "sealed"), row_id=row.pk)
    digest = ring.named(row.digest_key_id).digest(key)
    if not keyring.same(digest, _bytes(row.digest, "digest")):
        raise IntegrityFailure("digest")
    return key


def _bytes(value: bytes | memoryview, column: str) -> bytes:
    try:
        return bytes(value)
    except TypeError:  # SQLite keeps a text where bytes belong.
        raise IntegrityFailure(column) from None
