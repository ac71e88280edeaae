"""Whether this process holds the master keys that the database was sealed with."""

from __future__ import annotations

import time
from functools import lru_cache
from itertools import product
from typing import Final

from accesskeys.core.exceptions import KeyringError
from accesskeys.core.keyring import MasterKey, get_keyring, same
from accesskeys.models import AccessKey, MasterKeyFingerprint, Rotation

_COLUMNS: Final = tuple(product((AccessKey.objects, Rotation.objects), ("digest_key_id", "sealed_key_id")))


def check_keyring() -> None:
    """Refuse a keyring that would leave access keys unfindable or unreadable; remember new master keys.

    Raises KeyringError with a sentence that names the master key. Run before anything is served or generated.
    """
    ring = get_keyring()
    check_fingerprints()
    for rows, column in _COLUMNS:
        missing = rows.exclude(**{f"{column}__in": ring.master_keys}).values_list(column, flat=True).first()
        if missing is not None:
            raise _missing(missing)


def check_keyring_again() -> None:
    """The same for whoever asks once a second: nothing is written, and rows are looked for once a minute."""
    held = get_keyring().master_keys
    for key_id, fingerprint in MasterKeyFingerprint.objects.values_list("key_id", "fingerprint"):
        if key_id in held:
            _require_same(held[key_id], bytes(fingerprint))
        elif _is_needed(key_id, minute=int(time.monotonic() // 60)):
            raise _missing(key_id)


def check_fingerprints() -> None:
    """Refuse a master key that is another one than this database knows by its id; remember new ones."""
    for master_key in get_keyring().master_keys.values():
        _check_fingerprint(master_key)


def _check_fingerprint(master_key: MasterKey) -> None:
    known, _ = MasterKeyFingerprint.objects.get_or_create(
        key_id=master_key.id, defaults={"fingerprint": master_key.fingerprint}
    )
    _require_same(master_key, bytes(known.fingerprint))


def _require_same(master_key: MasterKey, fingerprint: bytes) -> None:
    if not same(fingerprint, master_key.fingerprint):
        raise KeyringError(
            f"The master key {master_key.id} in ACCESS_KEYS_MASTER_KEYS is not the one that this database "
            "was sealed with. Restore its value, or give the new value an id of its own."
        )


@lru_cache(maxsize=16)
def _is_needed(key_id: str, *, minute: int) -> bool:
    """Whether rows are left of a master key that was put away here. No index knows them, so all are looked through."""
    return any(rows.filter(**{column: key_id}).exists() for rows, column in _COLUMNS)


def _missing(key_id: str) -> KeyringError:
    return KeyringError(
        f"Access keys in the database need the master key {key_id}, which "
        "ACCESS_KEYS_MASTER_KEYS does not have. Add it again, after the present one."
    )
