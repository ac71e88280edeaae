"""A damaged factor is a sentence and never an error, the others go on working, and it is still a factor."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator as Row
from django.contrib.auth.models import User
from django.db.models import JSONField, Value
from django.test import Client
from pytest_django import Settings

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from identity_cloud.operators.factors import condition, has_factor, passkeys, recovery_codes, totp
from tests.factories import OperatorFactory
from tests.helpers import master_key
from tests.identity_cloud.factors.asking import SECRET, code_at
from tests.identity_cloud.factors.authenticator import Authenticator, given_to
from tests.identity_cloud.factors.test_copied_passkeys import HOST, PASSWORD, STEP, half_way, is_in, sign_in
from tests.identity_cloud.operators.asking import console, text

pytestmark = pytest.mark.django_db

PROVE, ACCOUNT = "/accounts/prove/", "/account/"
ALL = "None of your second factors can be used"
ONE = "What cannot be used here: {}. The server cannot read what it keeps of it."
BROKEN = "It cannot be used: what the server keeps of it cannot be read"
NAMES = {"webauthn": "Passkey", "totp": "Codes from an app", "recovery_codes": "Recovery codes"}
NULL = Value(None, JSONField())
SHAPES: list[Any] = [NULL, [], "x", 7, True, {}]
DAMAGES: dict[str, list[Any]] = {
    "webauthn": [
        *SHAPES,
        {"name": "Laptop", "credential": {}},
        {
            "name": "Laptop",
            "credential": {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": 1},
        },
    ],
    "totp": [*SHAPES, {"sealed": "AAAA", "key_id": "k1", "step": 0}, {"sealed": 1, "key_id": []}],
    "recovery_codes": [*SHAPES, {"sealed": "AAAA", "key_id": "k1", "used": []}, {"sealed": None}],
}
each = pytest.mark.parametrize(("kind", "data"), [(kind, data) for kind in DAMAGES for data in DAMAGES[kind]])


@pytest.fixture
def operator() -> User:
    return OperatorFactory(username="ada", password=PASSWORD, roles=["Operators"])


@pytest.fixture
def key(operator: User) -> Authenticator:
    """With a passkey, an app and recovery codes."""
    totp.add(operator, SECRET, used=0)
    recovery_codes.renew(operator)
    return given_to(operator)


def damage(kind: str, data: Any) -> None:
    Row.objects.filter(type=kind).update(data=data)


def inside(operator: User, *, proved: bool = True) -> Client:
    client = Client(headers=HOST)
    client.force_login(operator)
    session = client.session
    session["proved_at"] = time.time() if proved else 0
    session.save()
    return client


def ways_in(kind: str, key: Authenticator) -> Iterator[dict[str, str]]:
    """What each factor but this kind answers to the second step."""
    if kind != "webauthn":
        yield {}
    if kind != "totp":
        yield {"code": code_at(time.time())}


@each
def test_the_others_let_in(operator: User, key: Authenticator, kind: str, data: Any) -> None:
    damage(kind, data)
    for answer in ways_in(kind, key):
        if answer:
            client = Client(headers=HOST)
            client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
            page = text(client.get(STEP))
        else:
            client, asked = half_way()
            page = text(client.get(STEP))
            client, asked = half_way()
            answer = {"credential": json.dumps(key.sign(asked))}
        assert ONE.format(NAMES[kind]) in page
        assert client.post(STEP, answer).status_code == 302
        assert is_in(client)


@each
def test_pages_say_which(operator: User, key: Authenticator, kind: str, data: Any) -> None:
    damage(kind, data)
    client = inside(operator)
    page = text(client.get(ACCOUNT))
    if kind == "recovery_codes":
        assert "They cannot be used any more" in page
        client.post("/account/recovery-codes/")
        assert "10 of 10 are left." in text(client.get(ACCOUNT))
    else:
        assert page.count(BROKEN) == 1
    row = Row.objects.get(type=kind)
    addresses = [f"/account/factors/{row.pk}/remove/"]
    if kind == "webauthn":
        addresses += [f"/account/passkeys/{row.pk}/", "/account/passkeys/add/"]
    for address in addresses if kind != "recovery_codes" else []:
        assert client.get(address).status_code == 200
    asking = inside(operator, proved=False).get(PROVE)
    assert ONE.format(NAMES[kind]) in text(asking) or kind == "recovery_codes"


@each
def test_administrators_read_it(operator: User, key: Authenticator, kind: str, data: Any) -> None:
    damage(kind, data)
    administrator = console("maren")
    page = text(administrator.get(f"/settings/operators/{operator.pk}/"))
    assert "If the operator has no other, reset the operator." in page
    listed = text(administrator.get("/settings/operators/?search=ada"))
    assert (f"{NAMES[kind]} (cannot be used)" in listed) is (kind != "recovery_codes")


@pytest.mark.parametrize("kind", ["webauthn", "totp"])
def test_the_password_alone_is_not_enough_then(operator: User, kind: str, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    Row.objects.create(user=operator, type=kind, data={"name": "Laptop"})
    assert has_factor(operator)
    client = Client(headers=HOST)
    assert client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})["Location"] == STEP
    page = client.get(STEP)
    assert ALL in text(page)
    assert "data-passkey" not in page.content.decode()
    assert 'name="code"' not in page.content.decode()
    for answer in ({"code": "123456"}, {"credential": "{}"}):
        assert client.post(STEP, answer).status_code == 200
    assert not is_in(client)
    proof = inside(operator, proved=False)
    assert ALL in text(proof.get(PROVE))
    for given in ({"proof_password": PASSWORD}, {"proof_code": "123456"}, {"proof_credential": "{}"}):
        proof.post(PROVE, given)
        assert proof.session["proved_at"] == 0
    made = operations.reset(operator_id=operator.pk, actor=Actor.for_command())
    assert made.operator == operator
    assert not has_factor(operator)


def test_a_passkey_of_another_address_is_not_asked_for(operator: User) -> None:
    given_to(operator)
    kept = Row.objects.get()
    foreign = Authenticator(domain="keys.example.com")
    credential = {**kept.data, "credential": foreign.make({"user": {"id": "MQ"}, "challenge": "AAAA"})}
    damage("webauthn", credential)
    assert not passkeys.is_usable(Row.objects.get())
    assert BROKEN in text(inside(operator).get(ACCOUNT))


@pytest.mark.parametrize("changed", [{"counter": "1"}, {"counter": True}, {"counter": None}])
def test_nor_one_whose_count_is_damaged(operator: User, changed: dict[str, Any]) -> None:
    key = given_to(operator)
    damage("webauthn", {**Row.objects.get().data, **changed})
    assert sign_in(key, Client()).status_code == 200
    assert not passkeys.is_usable(Row.objects.get())


def test_one_of_two_passkeys(operator: User) -> None:
    key = given_to(operator)
    Row.objects.create(user=operator, type="webauthn", data={"name": "Phone", "credential": {}})
    assert sign_in(key, Client()).status_code == 302
    client, asked = half_way()
    assert client.post(STEP, {"credential": json.dumps(key.sign(asked))}).status_code == 302
    assert text(client.get(ACCOUNT)).count(BROKEN) == 1


def test_what_is_sealed_under_a_master_key_that_is_gone(
    operator: User, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    totp.add(operator, SECRET, used=0)
    recovery_codes.renew(operator)
    settings.ACCESS_KEYS_MASTER_KEYS = master_key("newer")
    client = Client(headers=HOST)
    client.post("/accounts/login/", {"login": "ada", "password": PASSWORD})
    assert ALL in text(client.get(STEP))
    assert f"Second factors of operator {operator.pk} cannot be used: totp, recovery_codes." in caplog.text


def test_a_kind_of_a_later_version_is_none(operator: User) -> None:
    row = Row.objects.create(user=operator, type="later", data={})
    assert not condition.is_usable(row)
    assert not has_factor(operator)
    assert inside(operator).get(ACCOUNT).status_code == 200


class TestRemoving:
    def test_the_last_that_works_is_kept_where_one_is_required(
        self, operator: User, key: Authenticator, settings: Settings
    ) -> None:
        settings.SECOND_FACTOR_REQUIRED = True
        damage("webauthn", {})
        client = inside(operator)
        app = Row.objects.get(type="totp")
        assert client.get(f"/account/factors/{app.pk}/remove/").status_code == 302
        client.post(f"/account/factors/{app.pk}/remove/")
        assert Row.objects.filter(type="totp").exists()
        broken = Row.objects.get(type="webauthn")
        client.post(f"/account/factors/{broken.pk}/remove/")
        assert sorted(Row.objects.values_list("type", flat=True)) == ["recovery_codes", "totp"]

    def test_elsewhere_the_damaged_ones_go_with_it(self, operator: User, key: Authenticator) -> None:
        damage("webauthn", {})
        app = Row.objects.get(type="totp")
        client = inside(operator)
        assert "It is your last second factor" in text(client.get(f"/account/factors/{app.pk}/remove/"))
        client.post(f"/account/factors/{app.pk}/remove/")
        assert not Row.objects.exists()
