"""Where a second factor is required, setting one up is all that is left without one."""

from __future__ import annotations

import time

import pytest
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from django.test import Client, RequestFactory
from pytest_django import Settings

from identity_cloud.operators.factors import recovery_codes, totp
from identity_cloud.operators.middleware.second_factor import lacks_factor
from tests.clients import signed_in
from tests.factories import OperatorFactory
from tests.identity_cloud.factors.asking import SECRET, code_at
from tests.identity_cloud.factors.test_account import codes_on, secret_on

pytestmark = pytest.mark.django_db

SET_UP = "/account/second-factor/"
ELSEWHERE = [
    "/",
    "/settings/access-keys/",
    "/settings/audit-log/",
    "/account/",
    "/account/recovery-codes/",
    "/accounts/password/change/",
    "/api/v1/docs/",
]


@pytest.fixture(autouse=True)
def required(settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def operator() -> User:
    return OperatorFactory(password="a long walk by the sea", roles=["Operators", "Auditors"])


@pytest.mark.parametrize("address", ELSEWHERE)
def test_every_other_page_leads_there(operator: User, address: str) -> None:
    answer = signed_in(operator).get(address, headers={"Accept": "text/html"})
    assert answer["Location"] == SET_UP


@pytest.mark.parametrize("address", [SET_UP, "/account/passkeys/add/", "/account/app/add/"])
def test_what_it_takes_is_open_and_leads_nowhere_else(operator: User, address: str) -> None:
    page = signed_in(operator).get(address)
    assert page.status_code == 200
    source = page.content.decode()
    assert "sidebar" not in source
    assert "Sign out" in source


def test_signing_out_and_the_language_are_open(operator: User) -> None:
    client = signed_in(operator)
    assert client.post("/language/setlang/", {"language": "de", "next": SET_UP})["Location"] == SET_UP
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session


def test_a_script_hears_it_in_its_own_words(operator: User) -> None:
    client = signed_in(operator)
    htmx = client.get("/settings/access-keys/", headers={"HX-Request": "true"})
    assert htmx["HX-Redirect"] == SET_UP
    program = client.get("/settings/access-keys/", headers={"Accept": "application/json"})
    assert program.status_code == 403
    assert program.json()["errors"][0]["code"] == "second_factor_required"


def test_with_the_first_factor_everything_opens(operator: User) -> None:
    client = signed_in(operator)
    secret = secret_on(client.get("/account/app/add/").content.decode())
    answer = client.post("/account/app/add/", {"code": code_at(time.time(), secret)}).content.decode()
    assert codes_on(answer)
    assert client.get("/settings/access-keys/").status_code == 200
    assert client.get(SET_UP)["Location"] == "/account/"


def test_recovery_codes_alone_open_nothing(operator: User) -> None:
    recovery_codes.renew(operator)
    assert signed_in(operator).get("/account/")["Location"] == SET_UP


def test_a_reset_holds_on_the_next_request(operator: User) -> None:
    totp.add(operator, SECRET, used=0)
    client = signed_in(operator)
    assert client.get("/account/").status_code == 200
    Authenticator.objects.all().delete()
    assert client.get("/account/")["Location"] == SET_UP


@pytest.mark.parametrize(("method", "lacks"), [("password", True), ("socialaccount", False)])
def test_single_sign_on_has_a_second_factor_of_its_own(operator: User, method: str, lacks: bool) -> None:
    request = RequestFactory().get("/")
    request.user = operator
    request.session = {}  # type: ignore[assignment]
    record_authentication(request, operator, method)
    assert lacks_factor(request) is lacks


def test_strangers_and_programs_are_asked_for_nothing() -> None:
    client = Client()
    assert client.get("/accounts/login/").status_code == 200
    assert client.get("/api/v1/ping/").status_code == 401
    assert client.get("/healthz/").status_code == 404


def test_nothing_is_required_where_it_is_offered(operator: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = False
    assert signed_in(operator).get("/settings/access-keys/").status_code == 200
