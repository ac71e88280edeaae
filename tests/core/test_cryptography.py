"""The page about cryptography names what there is: each secret setting, what is imported, its parameters."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib.auth.hashers import get_hasher

from accesskeys.core.keyring import NONCE_BYTES
from identity_cloud.operators.hashing import PatientArgon2PasswordHasher
from identity_cloud.settings.environment import SETTINGS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "cryptography.md").read_text()
CODE = [file for room in ("accesskeys", "identity_cloud", "server") for file in (ROOT / room).rglob("*.py")]
# What a module for cryptography is called, and the row that says what it does here.
MADE_BY = {
    "cryptography": "AES-256-GCM",
    "hmac": "HMAC-SHA256",
    "secrets": "`secrets`",
    "argon2": "Argon2id",
    "hashlib": "SHA-256",
    "jwt": "RS256",
    "fido2": "WebAuthn",
    "pyrage": "age: X25519",
    "ssl": "TLS 1.2",
}
IMPORTED = re.compile(
    r"^\s*(?:from|import) (cryptography|hmac|secrets|argon2|hashlib|jwt|fido2|pyrage|ssl|nacl|Crypto)\b", re.M
)


def secret(name: str) -> bool:
    """Settings that hold a secret, by how they are called; addresses of services hold passwords."""
    return name.endswith(("_KEY", "_KEYS", "_SECRET", "_PASSWORD")) or name in {
        "DATABASE_URL",
        "DATABASE_REPLICA_URL",
        "CACHE_URL",
    }


@pytest.mark.parametrize("name", [name for name in SETTINGS if secret(name)])
def test_each_secret_setting_has_a_row(name: str) -> None:
    assert re.search(rf"^\| `{name}` \|", PAGE, re.M)


def test_whatever_is_imported_for_cryptography_has_a_row() -> None:
    used = {module for file in CODE for module in IMPORTED.findall(file.read_text())}
    assert used == MADE_BY.keys()
    algorithms = PAGE.partition("## Algorithms")[2].partition("## To newer")[0]
    assert [row for row in MADE_BY.values() if row not in algorithms] == []


@pytest.mark.usefixtures("argon2")
def test_the_parameters_are_those_in_use() -> None:
    hasher = get_hasher()
    assert isinstance(hasher, PatientArgon2PasswordHasher)
    assert (hasher.time_cost, hasher.memory_cost // 1024, hasher.parallelism, NONCE_BYTES * 8) == (
        2,
        100,
        8,
        96,
    )
    assert "| Argon2id | 2 passes, 100 MiB, 8 lanes |" in PAGE
    assert "random nonce of 96 bits" in PAGE
