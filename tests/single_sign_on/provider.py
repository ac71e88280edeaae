"""A real identity provider, started for tests, behind a proxy that can tamper with what it says."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from django.test import Client

from identity_cloud.settings.single_sign_on import SingleSignOn
from tests.gateways.process import Process
from tests.single_sign_on.proxy import Proxy
from tools.ports import free_port

FOLDER = Path(__file__).parent
NODE = FOLDER / "node_modules" / ".bin" / "node"  # oidc-provider wants a newer one than Debian has.
BEGIN = "/accounts/single-sign-on/"
ROLES = (("ops-team", "Operators"), ("audit", "Auditors"), ("admins", "Administrators"))


def new_key(kid: str) -> tuple[RSAPrivateKey, dict[str, Any]]:
    """A key to sign with, and how a provider is told of it."""
    key = rsa.generate_private_key(65537, 2048)
    jwk = jwt.algorithms.RSAAlgorithm.to_jwk(key, as_dict=True)
    return key, {**jwk, "kid": kid, "use": "sig", "alg": "RS256"}


class IdentityProvider:
    """oidc-provider on a port of its own, its proxy, and what a test says to both."""

    def __init__(self, console: str, log: Path) -> None:
        self.console = console
        self.key, jwk = new_key("k1")
        port, behind = free_port(), free_port()
        self.issuer = f"http://127.0.0.1:{port}"
        self.proxy = Proxy(port, behind)
        self._process = Process(
            [str(NODE), "provider.js"],
            port=behind,
            log=log,
            cwd=FOLDER,
            environment={
                "PORT": str(behind),
                "ISSUER": self.issuer,
                "KEYS": json.dumps({"keys": [jwk]}),
                "CONSOLE": console,
                "BACK_CHANNEL": f"{self.issuer}/back-channel",
            },
        )
        self._process.start()
        self._behind = behind

    def stop(self) -> None:
        """Both of them."""
        self._process.stop()
        self.proxy.stop()

    def settings(self, **changes: Any) -> SingleSignOn:
        """What the console is told about it."""
        told: dict[str, Any] = {
            "issuer": self.issuer,
            "client_id": "console",
            "client_secret": "a secret: with % and :",
            "label": "Example login",
            "roles_claim": "groups",
            "roles": ROLES,
        }
        return SingleSignOn(**{**told, **changes})

    def is_now(self, account: str | None, *groups: str, **claims: Any) -> None:
        """Who sits at the browser, with these groups. Nobody cancels."""
        said = {"account": account, "claims": {"groups": list(groups), **claims}}
        requests.post(f"http://127.0.0.1:{self._behind}/who", json=said, timeout=10).raise_for_status()

    def signed(self, claims: dict[str, Any], **header: Any) -> str:
        """A token that the provider itself seems to have signed."""
        return jwt.encode(claims, self.key, "RS256", headers={"kid": "k1", **header})

    def claims_of(self, token: str) -> dict[str, Any]:
        """What a token says."""
        return dict(jwt.decode(token, options={"verify_signature": False}))

    def change_id_token(self, change: Callable[[dict[str, Any]], Any]) -> None:
        """Let its ID tokens say something else, rightly signed."""

        def tamper(answer: dict[str, Any]) -> dict[str, Any]:
            claims = self.claims_of(answer["id_token"])
            change(claims)
            return {**answer, "id_token": self.signed(claims)}

        self.proxy.tampers["/token"] = tamper


class Browser:
    """Somebody with cookies here and there: Django's client for the console, requests for the provider."""

    def __init__(self, provider: IdentityProvider) -> None:
        self.provider = provider
        self.console = Client(raise_request_exception=False)
        self.there = requests.Session()

    def sign_in(self, next_url: str = "/settings/access-keys/") -> Any:
        """From the button to the answer behind it."""
        return self.come_back(self.go(next_url))

    def go(self, next_url: str = "/settings/access-keys/") -> str:
        """Where at the provider the console sends the browser."""
        answer = self.console.get(BEGIN, {"next": next_url})
        assert answer.status_code == 302, answer.content.decode()
        return answer["Location"]

    def come_back(self, url: str) -> Any:
        """Through the provider, and back to the console."""
        return self.ask(self.pass_through(url))

    def ask(self, path: str) -> Any:
        """The answer of the console; where it leads to the sign-in page, that page."""
        answer = self.console.get(path)
        if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"):
            return self.console.get(answer["Location"])
        return answer

    def pass_through(self, url: str) -> str:
        """The address of the console that the provider leads to, with the code in it."""
        while not url.startswith(self.provider.console):
            answer = self.there.get(url, allow_redirects=False, timeout=10)
            assert answer.is_redirect, answer.text
            url = requests.compat.urljoin(url, answer.headers["Location"])
        return url.removeprefix(self.provider.console)

    @property
    def is_signed_in(self) -> bool:
        """Whether the console knows who it is."""
        return "_auth_user_id" in self.console.session


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    """The provider tells others behind its answer."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def taken_apart(url: str) -> SplitResult:
    """As ``PUBLIC_URL`` is in the settings."""
    scheme, _, host = url.partition("://")
    return SplitResult(scheme, host, "", "", "")
