"""Fields for passwords show nothing, help those who manage them, and take any length that anybody types."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import User
from django.test import Client

from accesskeys.operations.actors import Actor
from identity_cloud.operators import operations
from tests.clients import signed_in
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

CHOOSE, CHANGE, SIGN_IN = "/accounts/choose-password/", "/accounts/password/change/", "/accounts/login/"
OLD = "correct horse battery"


def behind_a_link() -> Client:
    secret = operations.invite(name="bea", roles=["Viewers"], actor=Actor.for_command()).secret
    browser = Client()
    browser.post("/accounts/link/", {"secret": secret})
    return browser


def test_they_are_masked_and_managers_know_them() -> None:
    inside = signed_in(OperatorFactory(password=OLD))
    for browser, address, wanted in [
        (Client(), SIGN_IN, ["current-password"]),
        (behind_a_link(), CHOOSE, ["new-password", "new-password"]),
        (inside, CHANGE, ["current-password", "new-password", "new-password"]),
    ]:
        source = browser.get(address).content.decode()
        fields = re.findall(r'<input[^>]*name="(?:old)?password[12]?"[^>]*>', source)
        assert all('type="password"' in tag and "onpaste" not in tag for tag in fields)
        assert [re.findall(r'autocomplete="([^"]+)"', tag)[0] for tag in fields] == wanted


@pytest.mark.parametrize("length", [64, 128, 1000])
def test_long_ones_are_taken_whole(length: int) -> None:
    chosen = ("a long walk by the sea, " * 50)[:length].strip().ljust(length, ".")
    browser = behind_a_link()
    assert browser.post(CHOOSE, {"password1": chosen, "password2": chosen}).status_code == 302
    assert Client().post(SIGN_IN, {"login": "bea", "password": chosen})["Location"] == "/"
    assert not User.objects.get(username="bea").check_password(chosen[:-1])
