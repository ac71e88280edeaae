"""The pages of the operator's own account."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

PASSWORD = "/accounts/password/change/"
SIGN_IN = "/accounts/login/"
GOOD = "a long walk by the sea"


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(OperatorFactory(password="correct horse battery"))
    return client


def field(source: str, name: str) -> str:
    found = re.search(rf'<input[^>]*name="{name}"[^>]*>', source)
    assert found
    return found[0]


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"oldpassword": "wrong", "password1": "short", "password2": "short"}, ["oldpassword", "password1"]),
        ({"oldpassword": "wrong", "password1": GOOD, "password2": "other"}, ["oldpassword", "password2"]),
    ],
)
def test_what_is_wrong_with_a_password_is_said_of_its_field(
    operator: Client, typed: dict[str, str], wrong: list[str]
) -> None:
    source = operator.post(PASSWORD, typed).content.decode()
    assert "The current password is not correct." in source
    assert [name for name in typed if "aria-invalid" in field(source, name)] == wrong
    for name in wrong:
        described = re.search(r'aria-describedby="([^"]*)"', field(source, name))
        assert described
        assert f"id_{name}_error" in described[1].split()
        assert all(f'id="{identifier}"' in source for identifier in described[1].split())


def test_nothing_is_wrong_with_a_password_that_nobody_has_typed_yet(operator: Client) -> None:
    source = operator.get(PASSWORD).content.decode()
    assert "aria-invalid" not in source
    assert 'aria-describedby="id_password1_helptext "' in field(source, "password1")


def test_a_forgotten_username_is_said_of_its_field() -> None:
    source = Client().post(SIGN_IN, {"login": "", "password": "x"}).content.decode()
    assert 'aria-invalid="true"' in field(source, "login")
    assert 'aria-describedby="id_login_error"' in field(source, "login")
    assert "aria-invalid" not in field(source, "password")


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "The username or the password is not correct."),
        ("de", "Der Benutzername oder das Passwort ist nicht richtig."),
        ("fr", "Le nom d’utilisateur ou le mot de passe n’est pas correct."),
    ],
)
def test_a_refused_sign_in_speaks_of_the_fields_as_the_page_does(language: str, sentence: str) -> None:
    typed = {"login": "nobody", "password": "wrong"}
    response = Client().post(SIGN_IN, typed, headers={"Accept-Language": language})
    assert sentence in response.content.decode()


@pytest.mark.parametrize(
    ("address", "language", "sentence"),
    [
        ("192.0.2.1", "en", "Try again in a few minutes."),
        ("192.0.2.2", "de", "In einigen Minuten noch einmal versuchen."),
        ("192.0.2.3", "fr", "Réessayez dans quelques minutes."),
    ],
)
def test_whoever_guesses_passwords_is_told_to_wait(address: str, language: str, sentence: str) -> None:
    # Addresses of their own, because each is counted too.
    operator = OperatorFactory(password=GOOD)
    client = Client(headers={"Accept-Language": language}, REMOTE_ADDR=address)
    for _ in range(5):
        refused = client.post(SIGN_IN, {"login": operator.username, "password": "wrong"}).content.decode()
        assert sentence not in refused
    right = client.post(SIGN_IN, {"login": operator.username, "password": GOOD})
    assert sentence in right.content.decode()
    assert "_auth_user_id" not in client.session
