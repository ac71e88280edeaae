"""Keys in odd places: names of fields, the admin, and addresses that are led to https."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from tests.console.helpers import GENERATE
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

pytestmark = pytest.mark.django_db

HERE = {"Origin": "http://testserver"}
LED_ON = """
import json, django
django.setup()
from django.test import Client
answer = Client(headers={"host": "keys.example.com"}).get("/settings/access-keys/?search=KEY&status=usable")
print(json.dumps([answer.status_code, dict(answer.headers)]))
"""


def test_a_form_that_waits_for_the_sign_in_holds_no_key_and_no_password() -> None:
    key = key_of(AccessKeyFactory())
    form = {"name": "kept", "password": key, "password2": "a long passphrase", key: "v"}
    page = Client(headers=HERE).post(GENERATE, form).content.decode()
    assert 'name="name" value="kept"' in page
    assert "passphrase" not in page
    assert key not in page


def test_no_role_is_called_like_a_key() -> None:
    key = key_of(AccessKeyFactory())
    administrator = Client()
    administrator.force_login(OperatorFactory(is_superuser=True, is_staff=True))
    page = administrator.post(reverse("admin:auth_group_add"), {"name": key})
    assert page.status_code == 200
    assert "That is a key, not a name." in page.content.decode()
    assert key not in page.content.decode()
    assert not Group.objects.filter(name=key).exists()


def test_an_address_loses_its_key_before_it_is_led_to_https() -> None:
    """A redirect to https repeats the address, and is remembered by browsers."""
    key = key_of(AccessKeyFactory())
    done = subprocess.run(
        [sys.executable, "-c", LED_ON.replace("KEY", key)],
        env={**os.environ, "PUBLIC_URL": "https://keys.example.com"},
        capture_output=True,
        text=True,
        check=True,
    )
    status, headers = json.loads(done.stdout)
    assert (status, headers["Location"]) == (302, "/settings/access-keys/?status=usable")
    assert headers["Cache-Control"] == "no-store"
