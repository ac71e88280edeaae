"""An operator at a real server, without a browser."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode

from tests.server.servers import Answer, Server, Site

SIGN_IN = "/accounts/login/"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Operator:
    """Somebody who is signed in."""

    server: Server
    cookie: str
    token: str

    def get(self, path: str) -> Answer:
        return self.server.ask("GET", path, headers={"Cookie": self.cookie})

    def post(self, path: str, **fields: str) -> Answer:
        body = urlencode({"csrfmiddlewaretoken": self.token, **fields}).encode()
        return self.server.ask("POST", path, headers={"Cookie": self.cookie, "Content-Type": FORM}, body=body)


@contextmanager
def signed_in(site: Site, server: Server) -> Iterator[Operator]:
    """A superuser of their own."""
    name, password = f"operator_{secrets.token_hex(4)}", secrets.token_urlsafe(16)
    made = site.manage(
        "createsuperuser",
        "--no-input",
        "--email",
        "",
        DJANGO_SUPERUSER_USERNAME=name,
        DJANGO_SUPERUSER_PASSWORD=password,
    )
    assert made.returncode == 0, made.stderr
    page = server.ask("GET", SIGN_IN)
    stranger = Operator(server, _cookies(page), _token(page))
    done = stranger.post(SIGN_IN, login=name, password=password)
    assert done.status == 302
    cookies = _cookies(done)
    token = re.search(r"csrftoken=(\w+)", cookies)
    assert token
    yield Operator(server, cookies, token[1])


def _cookies(answer: Answer) -> str:
    return "; ".join(cookie.partition(";")[0] for cookie in answer.cookies)


def _token(answer: Answer) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', answer.body.decode())
    assert found
    return found[1]
