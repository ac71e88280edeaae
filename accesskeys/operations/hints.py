"""The end of a key, by which people tell it from others (decision 0030)."""

from __future__ import annotations

from accesskeys.models.sealed_key import HINT_LENGTH, SealedKey


def hint_of(key: str) -> str:
    """The last characters of a key. They are of its tag, so none of its random ones is told."""
    return key[-HINT_LENGTH:]


def keep_hint(row: SealedKey, key: str) -> str:
    """Write down the end of a key that has just been opened, where its row has none, or that of a key before.

    The row is locked. Rows of the version before have none; a process of it that ends an old key leaves that one's.
    """
    if row.hint != (hint := hint_of(key)):
        type(row)._default_manager.filter(pk=row.pk).update(hint=hint)
    return key
