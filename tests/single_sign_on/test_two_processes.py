"""Two real servers on one database: who signs in at one is let in by both, until the provider says otherwise."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.server.operators import FORM
from tests.server.servers import Answer, Server, new_site
from tests.single_sign_on.provider import BEGIN, Browser, IdentityProvider
from tests.single_sign_on.test_back_channel import LOGOUT, logout_at

pytestmark = pytest.mark.django_db(transaction=True)

LIST = "/settings/access-keys/"


class Cookies:
    """What a browser keeps of two servers under one name."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def get(self, server: Server, path: str) -> Answer:
        header = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        answer = server.ask("GET", path, headers={"Cookie": header, "Host": "127.0.0.1:8000"})
        for cookie in answer.cookies:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.kept[name] = value
        return answer


def test_a_session_ended_at_one_is_refused_by_the_other(provider: IdentityProvider, tmp_path: Path) -> None:
    told = provider.settings()
    provider.proxy.reset()
    with new_site(tmp_path) as bare:
        site = bare.with_settings(
            OIDC_ISSUER=told.issuer,
            OIDC_CLIENT_ID=told.client_id,
            OIDC_CLIENT_SECRET=told.client_secret,
            OIDC_ROLES="ops-team:Operators",
            PASSWORD_SIGN_IN="off",
        )
        with site.serve() as one, site.serve() as other:
            there, here = Browser(provider), Cookies()
            url = here.get(one, f"{BEGIN}?{urlencode({'next': LIST})}").headers["Location"]
            back = there.pass_through(url)
            signed_in = here.get(other, back)  # Begun at one, finished at the other.
            assert (signed_in.status, signed_in.headers["Location"]) == (302, LIST)
            assert here.get(one, LIST).status == 200
            assert here.get(other, LIST).status == 200
            body = urlencode({"logout_token": logout_at(provider, there)}).encode()
            assert one.ask("POST", LOGOUT, headers={"Content-Type": FORM}, body=body).status == 200
            assert here.get(other, LIST).status == 302
            log = one.log.read_text() + other.log.read_text()
    code = back.partition("code=")[2].partition("&")[0]
    for secret in (code, told.client_secret, provider.proxy.logout_tokens[0]):
        assert secret not in log


def test_another_provider_than_is_meant_stops_the_start(provider: IdentityProvider, tmp_path: Path) -> None:
    with new_site(tmp_path) as bare:
        site = bare.with_settings(
            OIDC_ISSUER=f"{provider.issuer}/",
            OIDC_CLIENT_ID="console",
            OIDC_CLIENT_SECRET="a secret",
            OIDC_ROLES="ops-team:Operators",
        )
        code, said = site.refuse_to_serve()
    assert code != 0
    assert "OIDC_ISSUER is not what the identity provider calls itself." in said
