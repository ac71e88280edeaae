"""The pages of the own account: what they show, what they do, and what stays in the audit log."""

from __future__ import annotations

import re
import time

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client
from pytest_django import Settings

from accesskeys.models import AuditEvent
from identity_cloud.operators.factors import recovery_codes, totp
from tests.clients import signed_in
from tests.factories import OperatorFactory
from tests.helpers import master_key
from tests.identity_cloud.factors.asking import SECRET, code_at

pytestmark = pytest.mark.django_db

ACCOUNT = "/account/"
ADD_APP = "/account/app/add/"
CODES = "/account/recovery-codes/"


@pytest.fixture
def operator() -> User:
    return OperatorFactory(username="ada", password="a long walk by the sea")


@pytest.fixture
def client(operator: User) -> Client:
    return signed_in(operator)


def told() -> list[tuple[str, str, str, str, dict[str, object]]]:
    """What the audit log says about factors."""
    return [
        (event.action, event.outcome, event.reason, event.about_operator_name, event.details)
        for event in AuditEvent.objects.filter(action__startswith="operator.factor").order_by("id")
    ]


def secret_on(page: str) -> str:
    """As it is typed, read from groups of four."""
    found = re.search(r'<code id="app-secret"[^>]*>([A-Z2-7]{4}(?: [A-Z2-7]{4}){7})</code>', page)
    assert found
    return found[1].replace(" ", "")


def codes_on(page: str) -> list[str]:
    found = re.search(r'<pre id="codes"[^>]*>(.*?)</pre>', page, re.DOTALL)
    assert found
    return found[1].split()


def remove(factor: Authenticator) -> str:
    return f"/account/factors/{factor.pk}/remove/"


class TestAnApp:
    def test_is_added_with_the_code_that_it_shows_and_brings_recovery_codes(
        self, client: Client, operator: User
    ) -> None:
        page = client.get(ADD_APP)
        source = page.content.decode()
        assert "no-store" in page["Cache-Control"]
        assert "<svg" in source
        secret = secret_on(source)
        answer = client.post(ADD_APP, {"code": code_at(time.time(), secret)})
        codes = codes_on(answer.content.decode())
        assert "no-store" in answer["Cache-Control"]
        assert len(codes) == recovery_codes.COUNT
        assert told() == [("operator.factor_added", "succeeded", "", "ada", {"kind": "totp"})]
        assert recovery_codes.use(operator, codes[0].replace("-", ""))
        assert totp.use(operator, code_at(time.time(), secret)) is None  # It was used to prove the app.
        assert totp.UNDER_WAY not in client.session
        assert codes[0] not in str(dict(client.session))

    @pytest.mark.parametrize("typed", ["000000", "", "x" * 100])
    def test_is_not_added_with_a_wrong_code_and_keeps_its_secret(self, client: Client, typed: str) -> None:
        secret = secret_on(client.get(ADD_APP).content.decode())
        answer = client.post(ADD_APP, {"code": typed}).content.decode()
        assert secret_on(answer) == secret
        assert "aria-invalid" in answer
        assert f'value="{typed}"' not in answer
        assert not Authenticator.objects.exists()
        assert told() == []

    def test_is_there_once_however_often_it_is_added(self, client: Client, operator: User) -> None:
        secret = secret_on(client.get(ADD_APP).content.decode())
        totp.add(operator, SECRET, used=0)
        client.post(ADD_APP, {"code": code_at(time.time(), secret)})
        assert Authenticator.objects.count() == 1
        assert told() == [("operator.factor_added", "refused", "exists", "ada", {"kind": "totp"})]

    def test_begins_anew_where_its_master_key_is_gone(self, client: Client, settings: Settings) -> None:
        secret = secret_on(client.get(ADD_APP).content.decode())
        settings.ACCESS_KEYS_MASTER_KEYS = master_key("other")
        assert secret_on(client.get(ADD_APP).content.decode()) != secret

    def test_brings_no_recovery_codes_where_there_are_some(self, client: Client, operator: User) -> None:
        recovery_codes.renew(operator)
        secret = secret_on(client.get(ADD_APP).content.decode())
        answer = client.post(ADD_APP, {"code": code_at(time.time(), secret)})
        assert answer["Location"] == ACCOUNT


class TestRecoveryCodes:
    def test_new_ones_are_shown_once(self, client: Client, operator: User) -> None:
        totp.add(operator, SECRET, used=0)
        _, old = recovery_codes.renew(operator)
        assert client.get(CODES).status_code == 200
        codes = codes_on(client.post(CODES).content.decode())
        assert set(codes).isdisjoint(old)
        assert told() == [("operator.factor_added", "succeeded", "", "ada", {"kind": "recovery_codes"})]
        assert not any(
            code in client.get(address).content.decode() for code in codes for address in (ACCOUNT, CODES)
        )

    def test_are_none_without_a_factor(self, client: Client) -> None:
        answer = client.post(CODES)
        assert answer["Location"] == ACCOUNT
        assert not Authenticator.objects.exists()
        assert [row[:3] for row in told()] == [("operator.factor_added", "refused", "no_factor")]

    @pytest.mark.parametrize(
        ("used", "sentence"),
        [
            (0, "10 of 10 are left."),
            (7, "3 of 10 are left."),
            (9, "1 of 10 is left."),
            (10, "0 of 10 are left."),
        ],
    )
    def test_how_many_are_left_is_said(
        self, client: Client, operator: User, used: int, sentence: str
    ) -> None:
        codes, _ = recovery_codes.renew(operator)
        Authenticator.objects.filter(pk=codes.pk).update(data={**codes.data, "used": list(range(used))})
        assert sentence in " ".join(client.get(ACCOUNT).content.decode().split())


class TestRemoving:
    def test_ends_the_other_sessions_and_the_factor(self, client: Client, operator: User) -> None:
        factor = totp.add(operator, SECRET, used=0)
        recovery_codes.renew(operator)
        other = signed_in(operator)
        assert client.get(remove(factor)).status_code == 200
        answer = client.post(remove(factor))
        assert answer["Location"] == ACCOUNT
        assert not Authenticator.objects.exists()
        assert client.get(ACCOUNT).status_code == 200
        assert other.get(ACCOUNT).status_code == 302
        assert told() == [("operator.factor_removed", "succeeded", "", "ada", {"kind": "totp"})]

    def test_not_the_last_one_where_one_is_required(
        self, client: Client, operator: User, settings: Settings
    ) -> None:
        settings.SECOND_FACTOR_REQUIRED = True
        factor = totp.add(operator, SECRET, used=0)
        other = signed_in(operator)
        for answer in (client.get(remove(factor)), client.post(remove(factor))):
            assert answer["Location"] == ACCOUNT
            assert [str(message) for message in get_messages(answer.wsgi_request)][-1] == (
                "This is your last second factor, and one is required. Add another first."
            )
        assert Authenticator.objects.count() == 1
        assert other.get(ACCOUNT).status_code == 200
        assert told() == [("operator.factor_removed", "refused", "last_factor", "ada", {"kind": "totp"})]

    def test_not_somebody_elses(self, client: Client) -> None:
        factor = totp.add(OperatorFactory(), SECRET, used=0)
        assert client.get(remove(factor))["Location"] == ACCOUNT
        assert client.post(remove(factor))["Location"] == ACCOUNT
        assert Authenticator.objects.count() == 1
        assert [row[:3] for row in told()] == [("operator.factor_removed", "refused", "not_found")]


@pytest.mark.parametrize(
    "address",
    [
        "",
        "second-factor/",
        "passkeys/add/",
        "passkeys/1/",
        "app/add/",
        "recovery-codes/",
        "factors/1/remove/",
    ],
)
def test_strangers_sign_in_first(address: str) -> None:
    answer = Client().get(f"{ACCOUNT}{address}")
    assert answer["Location"].startswith("/accounts/login/?next=/account/")


def test_there_is_nothing_to_set_up_where_nothing_is_required(client: Client) -> None:
    assert client.get("/account/second-factor/")["Location"] == ACCOUNT
