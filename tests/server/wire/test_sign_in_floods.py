"""Somebody at the same address sends one wrong sign-in after the other: that keeps out neither the known nor passkeys.

Two real servers, which count together: in files, or in a Redis.
"""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest
from django.utils.http import int_to_base36, urlsafe_base64_encode

from tests.identity_cloud.factors.asking import SECRET, code_at
from tests.identity_cloud.factors.authenticator import Authenticator
from tests.server.servers import Answer, Server, Site

SIGN_IN, ALONE, STEP = "/accounts/login/", "/accounts/passkey/", "/accounts/second-factor/"
PASSWORD = "correct horse battery"
FLOOD = 60
TOO_MANY = "There were too many attempts. Wait a few minutes, then try again."
MAKE = f"""
import json
from django.contrib.auth.models import User
from identity_cloud.operators.factors import passkeys, totp
ada, maren, carl = (User.objects.create_user(name, password="{PASSWORD}") for name in ("ada", "maren", "carl"))
totp.add(maren, "{SECRET}", used=0)
passkeys.add(carl, "Laptop", json.loads('''%s'''))
print(carl.pk)
"""


@dataclass
class Browser:
    """It keeps its cookies."""

    server: Server
    cookies: SimpleCookie = field(default_factory=SimpleCookie)

    def ask(self, method: str, path: str, *, accept: str = "text/html", **fields: str) -> Answer:
        headers = {
            "Cookie": "; ".join(f"{name}={morsel.value}" for name, morsel in self.cookies.items()),
            "Host": f"localhost:{self.server.port}",
            "Accept": accept,
            "Content-Type": "application/x-www-form-urlencoded",
        }
        answer = self.server.ask(method, path, headers=headers, body=urlencode(fields).encode())
        for cookie in answer.cookies:
            self.cookies.load(cookie)
        return answer

    def token(self, path: str = SIGN_IN) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', self.ask("GET", path).body.decode())
        assert found
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD, *, token: str = "") -> Answer:
        form = {"csrfmiddlewaretoken": token or self.token(), "login": name, "password": password}
        return self.ask("POST", SIGN_IN, **form)

    def show_code(self, seconds: float) -> Answer:
        return self.ask("POST", STEP, csrfmiddlewaretoken=self.token(STEP), code=code_at(seconds))

    def show_passkey(self, key: Authenticator) -> Answer:
        key.origin, token = f"http://localhost:{self.server.port}", self.token()
        asked = self.ask("GET", ALONE, accept="application/json").json["publicKey"]
        credential = json.dumps(key.sign(asked))
        return self.ask("POST", ALONE, csrfmiddlewaretoken=token, credential=credential)

    def sign_out(self) -> None:
        """What knows the device stays."""
        del self.cookies["sessionid"]


@pytest.fixture
def key() -> Authenticator:
    return Authenticator()


@pytest.fixture
def peopled(own_site: Site, key: Authenticator) -> Site:
    """With ada, who has a password, maren, who has an app for codes besides, and carl, who has a passkey."""
    credential = key.make({"user": {"id": ""}, "challenge": "AAAA"})
    made = own_site.manage("shell", "-v", "0", "-c", MAKE % json.dumps(credential))
    assert made.returncode == 0, made.stderr
    key.user = urlsafe_base64_encode(int_to_base36(int(made.stdout.split()[-1])).encode())
    return own_site.with_settings(SECOND_FACTOR="offered", LOG_LEVEL="INFO")


@pytest.mark.parametrize("counted", ["in files", "in a Redis"])
def test_it_keeps_out_strangers_alone(
    peopled: Site, key: Authenticator, counted: str, request: pytest.FixtureRequest
) -> None:
    if counted == "in a Redis":
        peopled = peopled.with_settings(CACHE_URL=request.getfixturevalue("redis").url)
    with peopled.serve() as one, peopled.serve() as other:
        ada, maren = Browser(one), Browser(other)
        assert ada.sign_in("ada").headers["Location"] == "/"
        assert maren.sign_in("maren").headers["Location"] == STEP
        assert maren.show_code(time.time()).headers["Location"] == "/"
        ada.sign_out()
        maren.sign_out()

        strangers = [Browser(one), Browser(other)]
        tokens = [stranger.token() for stranger in strangers]
        for number in range(FLOOD):
            name = ("ada", "maren", "nobody")[number % 3]
            last = strangers[number % 2].sign_in(name, "wrong", token=tokens[number % 2])
        assert last.status == 429

        ada.server, maren.server = other, one  # Which have counted together.
        assert ada.sign_in("ada").headers["Location"] == "/"
        assert maren.sign_in("maren").headers["Location"] == STEP
        assert maren.show_code(time.time() + 30).headers["Location"] == "/"
        assert Browser(one).show_passkey(key).headers["Location"] == "/"

        heard = [Browser(other).sign_in(name) for name in ("ada", "maren", "carl", "nobody")]
        assert {answer.status for answer in heard} == {429}
        assert all(TOO_MANY in answer.body.decode() for answer in heard)
        assert len({len(answer.body) for answer in heard}) == 1
