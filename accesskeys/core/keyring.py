"""The keyring: everything that is done with the master keys, which never enter the database.

A stolen dump holds digests (HMAC) and sealed keys (AES-GCM); without the master keys neither gives a key back.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import re
import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Self, TypeVar
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from accesskeys.core import conf, keys
from accesskeys.core.exceptions import IntegrityFailure, InvalidKey, KeyringError

MASTER_KEY_BYTES = 32
NONCE_BYTES = 12  # 96 random bits: NIST SP 800-38D, section 8.2.2

Found = TypeVar("Found")

_ID = re.compile(r"[A-Za-z0-9_-]{1,16}")
_ENTRY = "The master key %s in ACCESS_KEYS_MASTER_KEYS "


class Purpose(StrEnum):
    """One subkey per purpose (HKDF-SHA256, RFC 5869), so that no key is ever used for two things."""

    TAG = "tag"
    DIGEST = "digest"
    SEAL = "seal"
    FINGERPRINT = "fingerprint"
    HAND_OVER = "hand_over"
    ONE_TIME_LINK = "one_time_link"
    SECOND_FACTOR = "second_factor"


_PURPOSES_OF_MACS = (Purpose.TAG, Purpose.DIGEST, Purpose.HAND_OVER, Purpose.ONE_TIME_LINK)


def same(one: bytes, other: bytes) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one, other)


@dataclass(frozen=True)
class Sealed:
    """An encrypted key and the id of the master key it is sealed under."""

    text: bytes
    key_id: str


@dataclass(frozen=True)
class MasterKey:
    """The subkeys of one master key. The master key itself is not kept, and ``repr`` shows the id alone."""

    id: str
    _subkeys: dict[Purpose, bytes] = field(repr=False)
    _macs: dict[Purpose, hmac.HMAC] = field(repr=False)

    @classmethod
    def derive(cls, key_id: str, secret: bytes) -> Self:
        """Derive all subkeys from 32 secret bytes."""
        subkeys = {purpose: _subkey(secret, purpose) for purpose in Purpose}
        macs = {purpose: hmac.new(subkeys[purpose], digestmod="sha256") for purpose in _PURPOSES_OF_MACS}
        return cls(key_id, subkeys, macs)

    def tag(self, body: str) -> str:
        """The tag that ends a key with this body."""
        return keys.write_tag(self._mac(Purpose.TAG, body))

    def digest(self, key: str) -> bytes:
        """The 32 bytes by which a key is found."""
        return self._mac(Purpose.DIGEST, key)

    def hand_over_digest(self, secret: str) -> bytes:
        """The 32 bytes by which the link with this secret is found."""
        return self._mac(Purpose.HAND_OVER, secret)

    def link_digest(self, secret: str) -> bytes:
        """The 32 bytes by which the one-time link of an operator is found."""
        return self._mac(Purpose.ONE_TIME_LINK, secret)

    @property
    def fingerprint(self) -> bytes:
        """32 bytes that tell this master key from another of the same id, and nothing more."""
        return self._subkeys[Purpose.FINGERPRINT]

    def seal(self, key: str, *, row_id: UUID) -> Sealed:
        """Encrypt a key so that it opens only for the row with this id."""
        return self._seal(key, Purpose.SEAL, row_id.bytes)

    def open(self, sealed: bytes, *, row_id: UUID) -> str:
        """Decrypt a sealed key, or raise IntegrityFailure."""
        return self._open(sealed, Purpose.SEAL, row_id.bytes)

    def seal_factor(self, secret: str, *, owner: str) -> Sealed:
        """Encrypt the secret of a second factor so that it opens only for this owner."""
        return self._seal(secret, Purpose.SECOND_FACTOR, owner.encode())

    def open_factor(self, sealed: bytes, *, owner: str) -> str:
        """Decrypt the secret of a second factor, or raise IntegrityFailure."""
        return self._open(sealed, Purpose.SECOND_FACTOR, owner.encode())

    def _mac(self, purpose: Purpose, text: str) -> bytes:
        # Copying one is quicker than making one. ``hmac.digest`` would release the interpreter lock, and under load a
        # thread waits longer for that than for the MAC.
        mac = self._macs[purpose].copy()
        mac.update(text.encode("ascii"))
        return mac.digest()

    def _seal(self, text: str, purpose: Purpose, binding: bytes) -> Sealed:
        nonce = secrets.token_bytes(NONCE_BYTES)
        data = self._associated_data(purpose, binding)
        return Sealed(nonce + self._cipher(purpose).encrypt(nonce, text.encode("ascii"), data), self.id)

    def _open(self, sealed: bytes, purpose: Purpose, binding: bytes) -> str:
        nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
        try:
            data = self._associated_data(purpose, binding)
            return self._cipher(purpose).decrypt(nonce, text, data).decode("ascii")
        except (InvalidTag, ValueError):
            raise IntegrityFailure from None

    def _cipher(self, purpose: Purpose) -> AESGCM:
        return AESGCM(self._subkeys[purpose])

    def _associated_data(self, purpose: Purpose, binding: bytes) -> bytes:
        return b"\x00".join((purpose.encode(), self.id.encode(), binding))


@dataclass(frozen=True)
class Keyring:
    """The master keys in order: the first makes new keys, all of them read old ones."""

    master_keys: dict[str, MasterKey]

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read ``"k2:<base64url of 32 bytes>,k1:…"``, or raise a KeyringError that names the key id."""
        master_keys: dict[str, MasterKey] = {}
        secret_of: dict[bytes, str] = {}
        for entry in filter(None, (part.strip() for part in text.split(","))):
            key_id, secret = _parse_entry(entry)
            if key_id in master_keys:
                raise KeyringError(f"ACCESS_KEYS_MASTER_KEYS names the master key {key_id} twice.")
            if secret in secret_of:
                raise KeyringError(_ENTRY % key_id + f"has the same value as {secret_of[secret]}.")
            secret_of[secret] = key_id
            master_keys[key_id] = MasterKey.derive(key_id, secret)
        if not master_keys:
            raise KeyringError(
                "ACCESS_KEYS_MASTER_KEYS is empty. Set it to an id and 32 random bytes in base64url, "
                "such as k1:…, or name a file in ACCESS_KEYS_MASTER_KEYS_FILE."
            )
        return cls(master_keys)

    @property
    def current(self) -> MasterKey:
        """The master key for new rows."""
        return next(iter(self.master_keys.values()))

    def named(self, key_id: str) -> MasterKey:
        """The master key with this id, or an IntegrityFailure: its rows cannot be opened."""
        try:
            return self.master_keys[key_id]
        except KeyError:
            raise IntegrityFailure("master_key") from None

    def new_key(self) -> str:
        """A new key, tagged under the current master key."""
        body = keys.new_body()
        return body + self.current.tag(body)

    def hand_over_digests(self, secret: str) -> list[bytes]:
        """The digests under which a link may be found: it does not tell which master key it was made with."""
        return [master_key.hand_over_digest(secret) for master_key in self.master_keys.values()]

    def link_digests(self, secret: str) -> list[bytes]:
        """The same of an operator's one-time link."""
        return [master_key.link_digest(secret) for master_key in self.master_keys.values()]

    def makers(self, key: str) -> Iterator[MasterKey]:
        """The master keys whose tag this key carries: one if it is genuine, none if it is not.

        Two master keys agree on a tag by chance once in 2**47 keys; callers go on to the next one then.
        """
        parts = keys.parse(key)
        if parts is None:
            return
        for master_key in self.master_keys.values():
            if hmac.compare_digest(master_key.tag(parts.body), parts.tag):
                yield master_key

    def find(self, key: str, by_digest: Callable[[bytes], Found | None]) -> Found:
        """What is found under the digest of this key; raises InvalidKey (malformed, forged, unknown)."""
        reason = "forged"
        for master_key in self.makers(key):
            found = by_digest(master_key.digest(key))
            if found is not None:
                return found
            reason = "unknown"
        raise InvalidKey(reason if keys.parse(key) else "malformed")


def get_keyring() -> Keyring:
    """The keyring of the settings. Parsed once for each value, so changing the setting changes the keyring."""
    return _parse_once(conf.master_keys())


@lru_cache(maxsize=4)
def _parse_once(text: str) -> Keyring:
    return Keyring.parse(text)


def _parse_entry(entry: str) -> tuple[str, bytes]:
    key_id, colon, encoded = entry.partition(":")
    if not colon or _ID.fullmatch(key_id) is None:
        # The entry itself may be a secret without its id, so it is not quoted here.
        raise KeyringError(
            "An entry of ACCESS_KEYS_MASTER_KEYS has no id. Write each as id:value, the id being "
            "1 to 16 letters, digits, hyphens or underscores."
        )
    try:
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise KeyringError(_ENTRY % key_id + "is not base64url.") from None
    if len(secret) != MASTER_KEY_BYTES:
        raise KeyringError(_ENTRY % key_id + f"has {len(secret)} bytes instead of {MASTER_KEY_BYTES}.")
    return key_id, secret


def _subkey(secret: bytes, purpose: Purpose) -> bytes:
    info = f"identity-cloud/access-keys/v1/{purpose}".encode()
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(secret)
