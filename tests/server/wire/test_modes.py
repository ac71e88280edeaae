"""Production and the local default, as browsers and programs see them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.server.servers import Server, Site


class TestProduction:
    @pytest.fixture(scope="class")
    @classmethod
    def production(cls, site: Site) -> Iterator[Server]:
        with site.with_settings(
            PUBLIC_URL="https://keys.example.com", TRUSTED_PROXIES="127.0.0.1/32"
        ).serve() as server:
            yield server

    proxied = {"Host": "keys.example.com", "X-Forwarded-Proto": "https"}

    def test_cookies_are_secure_and_bound_to_the_host(self, production: Server) -> None:
        page = production.ask("GET", "/accounts/login/", headers=self.proxied)
        assert page.status == 200
        names = [cookie.partition("=")[0] for cookie in page.cookies]
        assert "__Host-csrftoken" in names
        for cookie in page.cookies:
            attributes = {part.strip().lower() for part in cookie.split(";")[1:]}
            assert cookie.startswith("__Host-")
            assert {"secure", "httponly", "path=/"} <= attributes
            assert not any(attribute.startswith("domain") for attribute in attributes)

    def test_the_session_cookie_too(self, site: Site, production: Server) -> None:
        made = site.manage(
            "create_first_operator",
            DJANGO_SUPERUSER_USERNAME="operator",
            DJANGO_SUPERUSER_PASSWORD="a long passphrase",
        )
        assert made.returncode == 0, made.stderr
        page = production.ask("GET", "/accounts/login/", headers=self.proxied)
        csrf = page.cookies[0].split(";")[0]
        body = f"login=operator&password=a+long+passphrase&csrfmiddlewaretoken={csrf.partition('=')[2]}"
        answer = production.ask(
            "POST",
            "/accounts/login/",
            headers={
                **self.proxied,
                "Cookie": csrf,
                "Content-Type": "application/x-www-form-urlencoded",
                "Referer": "https://keys.example.com/accounts/login/",
            },
            body=body.encode(),
        )
        assert answer.status == 302
        session = next(cookie for cookie in answer.cookies if "sessionid" in cookie)
        assert session.startswith("__Host-sessionid=")
        attributes = {part.strip().lower() for part in session.split(";")[1:]}
        assert {"secure", "httponly", "path=/", "samesite=lax"} <= attributes

    def test_browsers_are_told_to_stay_on_https(self, production: Server) -> None:
        answer = production.ask("GET", "/accounts/login/", headers=self.proxied)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"

    def test_to_be_preloaded_is_a_promise_that_somebody_has_to_make(self, site: Site) -> None:
        promised = site.with_settings(
            PUBLIC_URL="https://keys.example.com", TRUSTED_PROXIES="127.0.0.1/32", HSTS_PRELOAD="yes"
        )
        with promised.serve() as server:
            answer = server.ask("GET", "/accounts/login/", headers=self.proxied)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "evil.example.com", "keys.example.com.evil.org"]
    )
    def test_another_host_is_refused(self, production: Server, host: str) -> None:
        answer = production.ask("GET", "/accounts/login/", headers={**self.proxied, "Host": host})
        assert answer.status == 400

    def test_plain_http_is_sent_to_https(self, production: Server) -> None:
        answer = production.ask("GET", "/accounts/login/", headers={"Host": "keys.example.com"})
        assert (answer.status, answer.headers["Location"]) == (
            301,
            "https://keys.example.com/accounts/login/",
        )

    def test_only_our_proxies_are_believed_about_the_scheme(self, site: Site) -> None:
        alone = site.with_settings(PUBLIC_URL="https://keys.example.com", TRUSTED_PROXIES="192.0.2.0/24")
        with alone.serve() as server:
            assert server.ask("GET", "/accounts/login/", headers=self.proxied).status == 301

    def test_a_key_works_behind_the_proxy(self, site: Site, production: Server) -> None:
        key = site.key("behind_the_proxy")
        headers = {**self.proxied, "Authorization": f"Bearer {key}"}
        assert production.ask("GET", "/api/v1/ping/", headers=headers).status == 200


class TestLocal:
    def test_everything_works_over_plain_http(self, server: Server) -> None:
        page = server.ask("GET", "/accounts/login/")
        assert page.status == 200
        assert "Strict-Transport-Security" not in page.headers
        assert [cookie.partition("=")[0] for cookie in page.cookies] == ["csrftoken"]
        assert "secure" not in page.cookies[0].lower()

    def test_another_host_is_refused_here_too(self, server: Server) -> None:
        assert server.ask("GET", "/accounts/login/", headers={"Host": "evil.example.com"}).status == 400
