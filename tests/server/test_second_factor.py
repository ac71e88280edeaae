"""A second factor at real servers: required in production, and each code good once for all processes together."""

from __future__ import annotations

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.identity_cloud.factors.asking import SECRET, code_at
from tests.server.operators import SIGN_IN, Operator
from tests.server.servers import Server, Site
from tests.server.wire.test_public_address import LIST, behind_a_proxy, proxied, sign_in

PUBLIC = "https://keys.example.com"
STEP = "/accounts/second-factor/"
ADD_APP = f"""
from django.contrib.auth.models import User
from identity_cloud.operators.factors import totp
totp.add(User.objects.get(username="operator"), "{SECRET}", used=0)
"""


@pytest.fixture
def managed(own_site: Site) -> Site:
    """With an operator, who has a password."""
    made = own_site.manage(
        "create_first_operator",
        DJANGO_SUPERUSER_USERNAME="operator",
        DJANGO_SUPERUSER_PASSWORD="a long passphrase",
    )
    assert made.returncode == 0, made.stderr
    return own_site


def test_in_production_nothing_is_to_be_seen_without_one(managed: Site) -> None:
    with behind_a_proxy(managed, PUBLIC).with_settings(SECOND_FACTOR=None).serve() as server:
        signed_in = sign_in(server, "keys.example.com", Origin=PUBLIC)
        session = next(cookie for cookie in signed_in.cookies if "sessionid" in cookie).partition(";")[0]
        for path, status in ((LIST, 302), ("/account/second-factor/", 200)):
            answer = server.ask("GET", path, headers=proxied("keys.example.com", Cookie=session))
            assert answer.status == status
            assert answer.headers.get("Location", "/account/second-factor/") == "/account/second-factor/"


def test_of_two_processes_one_takes_the_code(managed: Site) -> None:
    assert managed.manage("shell", "-c", ADD_APP).returncode == 0
    with managed.serve() as one, managed.serve() as other:
        waiting = [half_way(server) for server in (one, other) for _ in range(2)]
        code = code_at(time.time())
        with ThreadPoolExecutor(len(waiting)) as threads:
            answers = list(threads.map(lambda operator: operator.post(STEP, code=code), waiting))
    assert sorted(answer.status for answer in answers) == [200, 200, 200, 302]


def half_way(server: Server) -> Operator:
    """Somebody who has typed the password, and is asked for the code."""
    page = server.ask("GET", SIGN_IN)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.body.decode())
    assert token
    stranger = Operator(server, page.cookies[0].partition(";")[0], token[1])
    done = stranger.post(SIGN_IN, login="operator", password="a long passphrase")
    assert done.headers["Location"] == STEP
    cookies = "; ".join(cookie.partition(";")[0] for cookie in (*page.cookies, *done.cookies))
    asked = server.ask("GET", STEP, headers={"Cookie": cookies})
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', asked.body.decode())
    assert token
    return Operator(server, cookies, token[1])
