"""An authenticator without a browser: it makes a passkey and signs with it, as WebAuthn level 2 writes it down."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from django.contrib.auth.models import User
from django.utils.http import urlsafe_base64_encode as encoded
from fido2.cose import ES256
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

from identity_cloud.operators.factors import passkeys
from tests.identity_cloud.factors.asking import being_asked

FLAG = AuthenticatorData.FLAG
VERIFIED = FLAG.UP | FLAG.UV


@dataclass
class Authenticator:
    """One passkey. ``counter`` is how often it has signed; those that do not count stay at zero."""

    origin: str = "http://localhost"
    domain: str = "localhost"
    counts: bool = True
    counter: int = 0
    user: str = ""
    number: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    secret: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def copy(self) -> Authenticator:
        """What somebody has who has copied it."""
        return replace(self)

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the browser answers with where a passkey is to be added."""
        self.user = str(options["user"]["id"])
        public = AttestedCredentialData.create(
            bytes(16), self.number, ES256.from_cryptography_key(self.secret.public_key())
        )
        attested = AttestationObject.create("none", self._data(VERIFIED | FLAG.AT, public), {})
        said = self._said("webauthn.create", options["challenge"])
        return self._answer({"clientDataJSON": encoded(said), "attestationObject": encoded(attested)})

    def sign(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the browser answers with where a passkey is asked for."""
        data, said = self._data(VERIFIED), self._said("webauthn.get", options["challenge"])
        signature = self.secret.sign(data + sha256(said).digest(), ec.ECDSA(SHA256()))
        return self._answer(
            {
                "clientDataJSON": encoded(said),
                "authenticatorData": encoded(data),
                "signature": encoded(signature),
                "userHandle": self.user,
            }
        )

    def _data(self, flags: AuthenticatorData.FLAG, public: bytes = b"") -> bytes:
        self.counter += self.counts
        return AuthenticatorData.create(sha256(self.domain.encode()).digest(), flags, self.counter, public)

    def _said(self, what: str, challenge: str) -> bytes:
        return json.dumps({"type": what, "challenge": challenge, "origin": self.origin}).encode()

    def _answer(self, response: dict[str, str]) -> dict[str, Any]:
        number = encoded(self.number)
        return {"id": number, "rawId": number, "type": "public-key", "response": response}


def given_to(operator: User, name: str = "Laptop", **how: Any) -> Authenticator:
    """A passkey of the operator's."""
    made = Authenticator(**how)
    with being_asked(operator) as request:
        request.META["HTTP_HOST"] = made.origin.removeprefix("http://")
        options = passkeys.begin_adding(operator)["publicKey"]
        passkeys.add(operator, name, made.make(options))
    return made
