"""What is kept of passkeys: the public half of each, and how often it has signed."""

from __future__ import annotations

from hashlib import sha256
from typing import Any, NamedTuple

from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.utils import timezone
from fido2.cose import UnsupportedKey
from fido2.webauthn import AttestedCredentialData, RegistrationResponse

from identity_cloud.operators.factors.exceptions import CopiedPasskey

KIND = Authenticator.Type.WEBAUTHN


class Kept(NamedTuple):
    """A row that can be read."""

    row: Authenticator
    public: AttestedCredentialData
    counter: int


def data_of(row: Authenticator) -> dict[str, Any]:
    """What the row holds; nothing, where that is damaged beyond its shape."""
    return row.data if isinstance(row.data, dict) else {}


def read(row: Authenticator, domain: str) -> Kept | None:
    """What is kept of it; None where that is damaged, or the passkey is one of another domain."""
    try:
        made = RegistrationResponse.from_dict(row.data["credential"]).response.attestation_object.auth_data
        public, counter = made.credential_data, row.data.get("counter", made.counter)
    except Exception:  # noqa: BLE001  The parser is not made for what is damaged.
        return None
    if public is None or isinstance(public.public_key, UnsupportedKey) or type(counter) is not int:
        return None
    return Kept(row, public, counter) if made.rp_id_hash == sha256(domain.encode()).digest() else None


def readable(operator: AbstractBaseUser, domain: str) -> list[Kept]:
    """Those of the operator's that can be used. One that is damaged does no harm to the others."""
    rows = Authenticator.objects.filter(user_id=operator.pk, type=KIND)
    return [kept for row in rows if (kept := read(row, domain)) is not None]


def note_use(kept: Kept, counter: int) -> Authenticator | None:
    """The passkey has signed so often; None where it was removed meanwhile.

    Raises CopiedPasskey where it has signed more often before: there are two of it then (WebAuthn level 2, 6.1.1).
    Those that do not count say zero each time.
    """
    with transaction.atomic():
        row: Authenticator | None = Authenticator.objects.select_for_update().filter(pk=kept.row.pk).first()
        if row is None:
            return None
        last = data_of(row).get("counter", kept.counter)
        if (counter or last) and counter <= last:
            raise CopiedPasskey(row.user)
        row.data, row.last_used_at = {**data_of(row), "counter": counter}, timezone.now()
        row.save(update_fields=["data", "last_used_at"])
        return row
