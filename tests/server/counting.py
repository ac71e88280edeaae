"""A site that counts in a Redis, and what is asked of it: at the gate, and at the page to sign in."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie
from urllib.parse import urlencode

from tests.server.servers import Answer, Server, Site

GATE = "/auth/verify/?dialect=caddy"
SIGN_IN = "/accounts/login/"
NOT_COUNTED = b"Signing in is not possible at the moment: attempts cannot be counted."


def counting_in(site: Site, url: str) -> Site:
    """With an operator called ada."""
    named = site.with_settings(CACHE_URL=url, BAD_KEY_LIMIT="1000/hour", LOG_LEVEL="INFO")
    made = named.manage(
        "shell",
        "-c",
        "from django.contrib.auth.models import User; User.objects.create_user('ada', password='correct horse')",
    )
    assert made.returncode == 0, made.stderr
    return named


def at_the_gate(server: Server, key: str) -> Answer:
    return server.ask("GET", GATE, headers={"Authorization": f"Bearer {key}"})


def sign_in(server: Server, password: str = "correct horse") -> Answer:
    page = server.ask("GET", SIGN_IN)
    cookies = SimpleCookie("; ".join(page.cookies))
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())
    assert token
    form = {"csrfmiddlewaretoken": token[1], "login": "ada", "password": password}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items()),
        "Referer": f"http://127.0.0.1:{server.port}{SIGN_IN}",
        "Host": f"127.0.0.1:{server.port}",
    }
    return server.ask("POST", SIGN_IN, headers=headers, body=urlencode(form).encode())


def limited_key(site: Site, rate: str = "1000/hour") -> str:
    key = site.key("limited")
    assert site.manage("limit_access_key", "limited", "--rate", rate).returncode == 0
    return key
