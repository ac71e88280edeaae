"""The pages of passkeys, as far as they go without a browser: whose, where, and what nonsense they are sent."""

from __future__ import annotations

import json
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.contrib.sessions.models import Session
from django.test import Client, RequestFactory
from pytest_django import Settings

from accesskeys.models import AuditEvent
from identity_cloud.operators.factors import passkeys, totp
from tests.clients import signed_in
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.identity_cloud.factors.asking import SECRET

pytestmark = pytest.mark.django_db

ADD = "/account/passkeys/add/"
ALONE = "/accounts/passkey/"
SIGN_IN = "/accounts/login/"
NONSENSE = ["", "{", "[]", "1", "null", "{}", '{"response": {"clientDataJSON": "e30"}}', "[" * 9999]
HOST = "localhost:8000"


@pytest.fixture
def operator() -> User:
    return OperatorFactory()


@pytest.fixture
def client(operator: User) -> Client:
    return signed_in(operator)


def made(operator: User, name: str = "Laptop") -> Authenticator:
    return Authenticator.objects.create(user=operator, type="webauthn", data={"name": name, "credential": {}})


class TestWhereTheyWork:
    @pytest.mark.parametrize(
        ("address", "host", "sentence"),
        [
            (None, "localhost:8000", ""),
            (None, "localhost", ""),
            (None, "127.0.0.1:8000", "open the console at http://localhost:8000/"),
            (None, "[::1]:8000", "open the console at http://localhost:8000/"),
            ("https://keys.example.com", "keys.example.com", ""),
            ("https://192.0.2.7", "192.0.2.7", "Passkeys need a domain name"),
            ("https://[2001:db8::7]", "[2001:db8::7]", "Passkeys need a domain name"),
        ],
    )
    def test_obstacle(self, address: str | None, host: str, sentence: str, settings: Settings) -> None:
        if address is not None:
            settings.IS_LOCAL = False
            settings.PUBLIC_URL = urlsplit(address)
        settings.ALLOWED_HOSTS = ["*"]
        told = passkeys.obstacle(RequestFactory().get("/", headers={"host": host}))
        assert sentence in told
        assert bool(told) is bool(sentence)

    def test_the_pages_say_so(self, client: Client) -> None:
        for address in ("/account/", ADD):
            source = client.get(address, headers={"host": "127.0.0.1:8000"}).content.decode()
            assert "Passkeys need a name in the address" in source
            assert "data-passkey" not in source
        assert "data-passkey" not in Client().get(SIGN_IN, headers={"host": "127.0.0.1"}).content.decode()
        assert "webauthn" in Client().get(SIGN_IN, headers={"host": HOST}).content.decode()


class TestAdding:
    @pytest.mark.parametrize("credential", NONSENSE)
    def test_nonsense_is_refused(self, client: Client, credential: str) -> None:
        typed = {"name": "Laptop", "credential": credential}
        answer = client.post(ADD, typed, headers={"host": HOST})
        assert "The passkey was not added. Try again." in answer.content.decode()
        assert not Authenticator.objects.exists()
        assert not AuditEvent.objects.exists()

    def test_its_name_is_asked_for_and_is_no_key(self, client: Client) -> None:
        key = key_of(AccessKeyFactory())
        for name, sentence in [("", "Give it a name"), (key, "That is a key, not a name."), ("x" * 61, "60")]:
            source = client.post(ADD, {"name": name}, headers={"host": HOST}).content.decode()
            assert sentence in source
            assert key not in source

    def test_a_name_is_proposed(self, client: Client, operator: User) -> None:
        made(OperatorFactory())
        totp.add(operator, SECRET, used=0)
        assert 'value="Passkey 1"' in client.get(ADD, headers={"host": HOST}).content.decode()

    def test_each_page_has_a_challenge_of_its_own(self, client: Client) -> None:
        challenges = {client.get(ADD, headers={"host": HOST}).content for _ in range(3)}
        assert len(challenges) == 3


class TestRenaming:
    def test_it_is_called_otherwise(self, client: Client, operator: User) -> None:
        passkey = made(operator)
        address = f"/account/passkeys/{passkey.pk}/"
        assert 'value="Laptop"' in client.get(address).content.decode()
        assert client.post(address, {"name": "Phone"})["Location"] == "/account/"
        passkey.refresh_from_db()
        assert passkey.data == {"name": "Phone", "credential": {}}

    def test_not_without_a_name(self, client: Client, operator: User) -> None:
        passkey = made(operator)
        source = client.post(f"/account/passkeys/{passkey.pk}/", {"name": " "}).content.decode()
        assert "Give it a name" in source

    def test_not_somebody_elses(self, client: Client) -> None:
        passkey = made(OperatorFactory())
        address = f"/account/passkeys/{passkey.pk}/"
        for answer in (client.get(address), client.post(address, {"name": "Mine"})):
            assert answer["Location"] == "/account/"
            assert "It is not there any more." in map(str, get_messages(answer.wsgi_request))
        passkey.refresh_from_db()
        assert passkey.data["name"] == "Laptop"


class TestAsTheOnlyStep:
    def test_a_script_hears_what_to_ask(self) -> None:
        client = Client(headers={"host": HOST, "accept": "application/json"})
        answer = client.get(ALONE)
        options = answer.json()["publicKey"]
        assert options["rpId"] == "localhost"
        assert options["userVerification"] == "required"
        assert not options.get("allowCredentials")  # Nobody learns whose passkeys there are.
        assert "no-store" in answer["Cache-Control"]
        cookie = answer.cookies["passkey"]
        assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Strict", 300)
        assert not Session.objects.exists()  # Nothing that strangers could fill.

    def test_a_reader_is_led_to_the_sign_in(self) -> None:
        assert Client(headers={"accept": "text/html"}).get(ALONE)["Location"] == SIGN_IN

    @pytest.mark.parametrize("credential", NONSENSE)
    def test_nonsense_signs_nobody_in(self, credential: str) -> None:
        client = Client(headers={"host": HOST})
        answer = client.post(ALONE, {"credential": credential, "next": "/account/"})
        source = answer.content.decode()
        assert "This passkey does not open an account here." in source
        assert 'name="next" value="/account/"' in source
        assert not Session.objects.exists()
        assert "_auth_user_id" not in client.session

    def test_nobody_is_led_elsewhere(self) -> None:
        answer = Client(headers={"accept": "text/html"}).get(f"{ALONE}?next=https://evil.example/")
        assert answer["Location"] == SIGN_IN

    def test_whoever_is_in_is_not_asked(self, client: Client) -> None:
        answer = client.get(ALONE, headers={"host": HOST, "accept": "application/json"})
        assert "publicKey" not in answer.json()
        assert client.post(ALONE, headers={"host": HOST})["Location"] == "/"


STALE = {"HTTP_ORIGIN": "http://localhost:8000", "HTTP_HOST": HOST}


@pytest.mark.parametrize(
    ("address", "status"),
    [(ADD, 200), ("/account/app/add/", 200), ("/account/recovery-codes/", 200), (ALONE, 200)],
)
def test_a_form_from_before_the_sign_in_does_nothing(operator: User, address: str, status: int) -> None:
    client = Client(enforce_csrf_checks=True)
    if address != ALONE:
        client.force_login(operator)
    answer = client.post(address, {"name": "Laptop", "code": "000000"}, **STALE)
    assert answer.status_code == status
    if address != ALONE:
        assert "This form was out of date, so nothing was done." in answer.content.decode()
    assert not Authenticator.objects.exists()
    assert json.dumps(list(AuditEvent.objects.values("action"))) == "[]"


@pytest.mark.parametrize("what", ["passkeys/{}/", "factors/{}/remove/"])
def test_a_form_about_a_passkey_from_before_the_sign_in_does_nothing(operator: User, what: str) -> None:
    passkey = made(operator)
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    answer = client.post(f"/account/{what.format(passkey.pk)}", {"name": "Other"}, **STALE)
    assert "This form was out of date, so nothing was done." in answer.content.decode()
    assert Authenticator.objects.get().data["name"] == "Laptop"
