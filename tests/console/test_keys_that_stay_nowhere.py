"""Keys in odd places: names of fields, and addresses that are led to https."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.test import Client

from tests.console.helpers import GENERATE
from tests.factories import AccessKeyFactory, key_of

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
