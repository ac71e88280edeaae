"""Whatever is sent as a passkey's answer is refused as one, however near it comes."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.utils.http import urlsafe_base64_encode
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from identity_cloud.operators.factors import passkeys
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.asking import being_asked

pytestmark = pytest.mark.django_db

ORIGIN = "http://localhost"
anything = st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8), st.just([]), st.just({}))
encoded = st.binary(max_size=90).map(urlsafe_base64_encode)
client_data = st.fixed_dictionaries(
    {},
    optional={
        "type": st.one_of(st.sampled_from(["webauthn.get", "webauthn.create"]), anything),
        "origin": st.one_of(st.just(ORIGIN), anything),
        "challenge": st.one_of(encoded, anything),
        "crossOrigin": anything,
    },
).map(lambda said: urlsafe_base64_encode(json.dumps(said).encode()))
# An RP ID hash, flags, a counter; perhaps more, perhaps less.
authenticator_data = st.one_of(encoded, st.binary(min_size=37, max_size=37).map(urlsafe_base64_encode))
answers = st.fixed_dictionaries(
    {},
    optional={
        "id": st.one_of(st.just("AAAA"), anything),
        "rawId": st.one_of(st.just("AAAA"), anything),
        "type": st.one_of(st.just("public-key"), anything),
        "response": st.one_of(
            anything,
            st.fixed_dictionaries(
                {"clientDataJSON": client_data},
                optional={
                    "authenticatorData": authenticator_data,
                    "attestationObject": encoded,
                    "signature": st.one_of(encoded, anything),
                    "userHandle": st.one_of(encoded, anything),
                },
            ),
        ),
        "clientExtensionResults": anything,
    },
)


@pytest.fixture
def operator() -> User:
    return OperatorFactory()


@settings(
    max_examples=300,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(answer=answers)
def test_it_is_none(operator: User, answer: dict[str, Any]) -> None:
    with being_asked(operator) as request:
        request.META["HTTP_HOST"] = "localhost"
        passkeys.begin_adding(operator)
        assert passkeys.credential_of(request, answer) is None
        for whose in (operator, None):
            passkeys.begin(whose)
            assert passkeys.complete(request, whose, answer) is None
            assert passkeys.complete(request, whose, answer) is None  # Its challenge is gone.


def near(**changes: Any) -> dict[str, Any]:
    """An answer in which only the signature is missing, or what the test changes."""
    said = {"type": "webauthn.get", "origin": ORIGIN, "challenge": "AAAA"} | changes.pop("said", {})
    response = {
        "clientDataJSON": urlsafe_base64_encode(json.dumps(said).encode()),
        "authenticatorData": urlsafe_base64_encode(sha256(b"localhost").digest() + b"\5\0\0\0\0"),
        "signature": "AAAA",
        "userHandle": "MQ",
    }
    return {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": response | changes}


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"said": {"challenge": ""}},
        {"said": {"type": "webauthn.create"}},
        {"said": {"origin": "http://localhost:8000"}},
        {"said": {"origin": "http://evil.localhost"}},
        {"authenticatorData": urlsafe_base64_encode(bytes(37))},
        {"userHandle": None},
        {"userHandle": ""},
        {"userHandle": "_w"},  # No UTF-8.
        {"userHandle": urlsafe_base64_encode(b"-1")},
        {"userHandle": urlsafe_base64_encode(b"z" * 13)},
        {"userHandle": urlsafe_base64_encode(b"z" * 900)},
        {"userHandle": urlsafe_base64_encode(b"!")},
    ],
)
def test_a_near_one_is_none(operator: User, changes: dict[str, Any]) -> None:
    with being_asked(operator) as request:
        request.META["HTTP_HOST"] = "localhost"
        for whose in (operator, None):
            challenge = passkeys.begin(whose)["publicKey"]["challenge"]
            said = {"challenge": challenge} | changes.get("said", {})
            assert passkeys.complete(request, whose, near(**changes | {"said": said})) is None
