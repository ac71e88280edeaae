"""Whether this process holds the master keys that the database was sealed with."""

from __future__ import annotations

from itertools import product

from accesskeys.core.exceptions import KeyringError
from accesskeys.core.keyring import MasterKey, get_keyring, same
from accesskeys.models import AccessKey, MasterKeyFingerprint, Rotation


def check_keyring() -> None:
    """Refuse a keyring that would leave access keys unfindable or unreadable; remember new master keys.

    Raises KeyringError with a sentence that names the master key. Run before anything is served or generated.
    """
    ring = get_keyring()
    check_fingerprints()
    for rows, column in product((AccessKey.objects, Rotation.objects), ("digest_key_id", "sealed_key_id")):
        missing = rows.exclude(**{f"{column}__in": ring.master_keys}).values_list(column, flat=True).first()
        if missing is not None:
            raise KeyringError(
                f"Access keys in the database need the master key {missing}, which "
                "ACCESS_KEYS_MASTER_KEYS does not have. Add it again, after the present one."
            )


def check_fingerprints() -> None:
    """Refuse a master key that is another one than this database knows by its id; remember new ones."""
    for master_key in get_keyring().master_keys.values():
        _check_fingerprint(master_key)


def _check_fingerprint(master_key: MasterKey) -> None:
    known, _ = MasterKeyFingerprint.objects.get_or_create(
        key_id=master_key.id, defaults={"fingerprint": master_key.fingerprint}
    )
    if not same(bytes(known.fingerprint), master_key.fingerprint):
        raise KeyringError(
            f"The master key {master_key.id} in ACCESS_KEYS_MASTER_KEYS is not the one that this database "
            "was sealed with. Restore its value, or give the new value an id of its own."
        )
