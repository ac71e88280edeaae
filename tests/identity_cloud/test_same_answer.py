"""Who tries names hears the same of all: of those that nobody has, that are switched off, and that are right."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from identity_cloud.operators.hashing import PatientArgon2PasswordHasher
from tests.factories import OperatorFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("argon2")]

PASSWORD = "correct horse battery"
CASES = {"active": "wrong", "switched_off": "wrong", "nobody": "wrong"}


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is hashed, for that is what takes the time."""
    counted: list[str] = []
    for name in ("encode", "verify"):
        real = getattr(PatientArgon2PasswordHasher, name)

        def count(self: Any, *given: Any, real: Any = real, name: str = name) -> Any:
            counted.append(name)
            return real(self, *given)

        monkeypatch.setattr(PatientArgon2PasswordHasher, name, count)
    return counted


def test_in_words_status_and_hashes(hashes: list[str]) -> None:
    OperatorFactory(username="active", password=PASSWORD)
    OperatorFactory(username="switched_off", password=PASSWORD, is_active=False)
    OperatorFactory(username="invited")
    heard: set[tuple[int, str, int]] = set()
    for name, password in [*CASES.items(), ("switched_off", PASSWORD), ("invited", "wrong")]:
        hashes.clear()
        answer = Client().post("/accounts/login/", {"login": name, "password": password})
        page = answer.content.decode().replace(name, "NAME")
        page = re.sub(r'(csrfmiddlewaretoken" value=)"\w+"', r"\1", page)
        heard.add((answer.status_code, page, len(hashes)))
    assert len(heard) == 1
    assert next(iter(heard))[2] == 1
    assert User.objects.filter(last_login=None).count() == 3
