"""Sign in at each address named, as a browser does, and print what came back as JSON.

A program of its own, ``python -m tests.identity_cloud.signing_in``, because the settings are read once in a process.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import django
from django.core.management import call_command
from django.http.response import HttpResponseBase

PASSWORD = "correct horse battery"
ATTRIBUTES = ("secure", "httponly", "samesite", "path", "domain")


def told(response: HttpResponseBase) -> dict[str, Any]:
    """What a browser learns from the head of an answer."""
    cookies = {
        name: {"value": cookie.value, **{attribute: cookie[attribute] for attribute in ATTRIBUTES}}
        for name, cookie in response.cookies.items()
    }
    return {"status": response.status_code, "headers": dict(response.items()), "cookies": cookies}


def sign_in(address: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """The answers of the sign-in page and of the sign-in."""
    from django.test import Client

    scheme, _, host = address.partition("://")
    secure = scheme == "https"
    client = Client(enforce_csrf_checks=True, headers={"host": host, "origin": address})
    page = told(client.get("/accounts/login/", secure=secure))
    token = next((cookie.value for name, cookie in client.cookies.items() if "csrf" in name), "")
    form = {"login": "operator", "password": PASSWORD, "csrfmiddlewaretoken": token}
    return page, told(client.post("/accounts/login/", form, secure=secure))


def main(*addresses: str) -> None:
    """Everything in a database of its own."""
    django.setup()
    from django.contrib.auth.models import User

    call_command("migrate", verbosity=0)
    User.objects.create_superuser("operator", password=PASSWORD)
    print(json.dumps([sign_in(address) for address in addresses]))


if __name__ == "__main__":
    main(*sys.argv[1:])
