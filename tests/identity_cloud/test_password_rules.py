"""Which passwords are refused though they are long enough, and what the check costs."""

from __future__ import annotations

import time
import tracemalloc
from urllib.parse import urlsplit

import pytest
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import password_validators_help_texts, validate_password
from django.core.exceptions import ValidationError
from pytest_django import Settings

ADA = User(username="ada_lovelace")


def refusal(password: str, user: User | None = ADA) -> list[str]:
    """Why it is refused, in codes."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return [each.code or "" for each in error.error_list]
    return []


@pytest.mark.parametrize(
    "password",
    ["qwertyuiop12", "iloveyou12345", "ILoveYou12345", " iloveyou12345 ", "123456789012", "1q2w3e4r5t6y"],
)
def test_common_ones(password: str) -> None:
    assert "password_too_common" in refusal(password)


@pytest.mark.parametrize(
    "password",
    [
        "identitycloud",
        "IdentityCloud2026",
        "Identity-Cloud!",
        "accesskeys123",
        "admin password",
        "keys.example.com",
        "example12345",
        "console-console",
    ],
)
def test_those_of_this_place(password: str, settings: Settings) -> None:
    settings.PUBLIC_URL = urlsplit("https://keys.example.com")
    assert "password_of_context" in refusal(password)


@pytest.mark.parametrize("password", ["ada_lovelace", "Ada_Lovelace12", "12ada_lovelace"])
def test_those_of_the_operator(password: str) -> None:
    assert "password_of_context" in refusal(password)
    assert "password_of_context" not in refusal(password, None)


@pytest.mark.parametrize(
    "password",
    [
        "a long walk by the sea",
        "the key is under the mat",
        "correct horse battery",
        "918273645546372819",
        "🐎🔋🧷✅🐎🔋🧷✅🐎🔋🧷✅",
        "my cloud has a silver lining",
    ],
)
def test_others_are_taken(password: str) -> None:
    assert refusal(password) == []


def test_a_short_one_hears_that_it_is_short_alone(recwarn: pytest.WarningsRecorder) -> None:
    assert refusal("qwertyuio") == ["password_too_short"]
    assert not list(recwarn)


def test_the_page_says_what_is_asked_for() -> None:
    assert any("names of this console" in text for text in password_validators_help_texts())


def test_it_costs_next_to_nothing() -> None:
    refusal("to be read once")
    tracemalloc.start()
    try:
        began = time.perf_counter()
        for number in range(100):
            assert refusal(f"an unlikely passphrase {number}") == []
        each = (time.perf_counter() - began) / 100
        assert each < 0.05  # seconds
        assert tracemalloc.get_traced_memory()[1] < 20_000_000
    finally:
        tracemalloc.stop()
