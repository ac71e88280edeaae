"""What django-allauth is told about second factors."""

from __future__ import annotations

from typing import NoReturn

from allauth.mfa.adapter import DefaultMFAAdapter

from identity_cloud.operators.factors import passkeys

NAME = "Identity Cloud"


class FactorsAdapter(DefaultMFAAdapter):
    """Passkeys are of the address in ``PUBLIC_URL``, whatever a request calls it."""

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {"id": passkeys.domain(), "name": NAME}

    def get_totp_issuer(self) -> str:
        return NAME

    def encrypt(self, text: str) -> NoReturn:
        # django-allauth does not say whose secret it is, so it could be sealed for nobody.
        raise NotImplementedError("Secrets are sealed by identity_cloud.operators.factors.")

    def decrypt(self, encrypted_text: str) -> NoReturn:
        raise NotImplementedError("Secrets are opened by identity_cloud.operators.factors.")
