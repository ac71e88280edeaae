"""Our own address is the one of ``PUBLIC_URL``, whatever a proxy on the way makes of ``Host``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from urllib.parse import urlencode

import pytest

from tests.server.servers import Answer, Server, Site

PUBLIC = "https://keys.example.com:8443"
HOSTS = ("keys.example.com", "keys.example.com:8443", "keys.example.com:8000")
FORM = "application/x-www-form-urlencoded"
LIST, LOGIN = "/settings/access-keys/", "/accounts/login/"


def proxied(host: str, **more: str) -> dict[str, str]:
    return {"Host": host, "X-Forwarded-Proto": "https", **more}


def behind_a_proxy(site: Site, public_url: str) -> Site:
    return site.with_settings(PUBLIC_URL=public_url, TRUSTED_PROXIES="127.0.0.1/32", SECOND_FACTOR="offered")


@pytest.fixture(scope="module")
def managed(tmp_path_factory: pytest.TempPathFactory, site: Site) -> Site:
    made = site.manage(
        "create_first_operator",
        DJANGO_SUPERUSER_USERNAME="operator",
        DJANGO_SUPERUSER_PASSWORD="a long passphrase",
    )
    assert made.returncode == 0, made.stderr
    return site


@pytest.fixture(scope="module")
def server(managed: Site) -> Iterator[Server]:
    with behind_a_proxy(managed, PUBLIC).serve() as running:
        yield running


@pytest.fixture(scope="module")
def key(managed: Site) -> str:
    for name in ("first_row", "second_row", "third_row"):
        managed.key(name)
    return managed.key("addressed", "--scope=access_keys:read", "--scope=access_keys:write")


def sign_in(server: Server, host: str, **headers: str) -> Answer:
    csrf = server.ask("GET", LOGIN, headers=proxied(host)).cookies[0].split(";")[0]
    form = {
        "login": "operator",
        "password": "a long passphrase",
        "csrfmiddlewaretoken": csrf.partition("=")[2],
    }
    sent = proxied(host, **{"Cookie": csrf, "Content-Type": FORM}, **headers)
    return server.ask("POST", LOGIN, headers=sent, body=urlencode(form).encode())


@pytest.mark.parametrize("host", HOSTS)
class TestWhateverTheHost:
    def test_links_to_other_pages(self, server: Server, key: str, host: str) -> None:
        headers = proxied(host, Authorization=f"Bearer {key}")
        first = server.ask("GET", "/api/v1/access-keys/?page_size=1", headers=headers).json
        assert first["next"].startswith(f"{PUBLIC}/api/v1/access-keys/?")
        second = server.ask("GET", first["next"].removeprefix(PUBLIC), headers=headers).json
        assert second["previous"].startswith(f"{PUBLIC}/api/v1/access-keys/?")

    def test_the_origin_of_forms(self, server: Server, host: str) -> None:
        assert sign_in(server, host, Origin=PUBLIC).status == 302
        assert sign_in(server, host, Referer=f"{PUBLIC}{LOGIN}").status == 302
        for other in (
            "https://keys.example.com",
            "https://keys.example.com:8444",
            "http://keys.example.com:8443",
        ):
            assert sign_in(server, host, Origin=other).status == 403
            assert sign_in(server, host, Referer=f"{other}{LOGIN}").status == 403

    def test_plain_http_is_sent_to_the_right_port(self, server: Server, host: str) -> None:
        answer = server.ask("GET", LOGIN, headers={"Host": host})
        assert (answer.status, answer.headers["Location"]) == (301, f"{PUBLIC}{LOGIN}")

    def test_pages_name_it(self, server: Server, key: str, host: str) -> None:
        session = next(c for c in sign_in(server, host, Origin=PUBLIC).cookies if "sessionid" in c).split(
            ";"
        )[0]
        headers = proxied(host, Cookie=session, Accept="text/html")
        me = server.ask(
            "GET", "/api/v1/access-keys/current/", headers=proxied(host, Authorization=f"Bearer {key}")
        )
        for page in (f"{LIST}{me.json['id']}/", "/api/v1/docs/"):
            answer = server.ask("GET", page, headers=headers)
            assert answer.status == 200
            addresses = {
                part.split(b"/")[2] for part in answer.body.split() if part.startswith(b"https://keys.")
            }
            assert addresses == {PUBLIC.removeprefix("https://").encode()}

    def test_whoever_signed_out_is_led_back_to_the_page_they_see(self, server: Server, host: str) -> None:
        seen = f"{LIST}?status=usable"
        htmx = {"HX-Request": "true", "HX-Current-URL": f"{PUBLIC}{seen}"}
        answer = server.ask("GET", f"{LIST}generate/", headers=proxied(host, **htmx))
        assert answer.headers["HX-Redirect"] == f"{LOGIN}?{urlencode({'next': seen}, safe='/')}"

    def test_what_was_generated_is_where_it_is(self, server: Server, key: str, host: str) -> None:
        name = f"at_{HOSTS.index(host)}"
        body = b'{"name": "%s"}' % name.encode()
        headers = proxied(host, **{"Authorization": f"Bearer {key}", "Content-Type": "application/json"})
        answer = server.ask("POST", "/api/v1/access-keys/", headers=headers, body=body)
        assert answer.headers["Location"] == f"/api/v1/access-keys/{answer.json['id']}/"


@pytest.mark.parametrize("host", ["other.example.com", "keys.example.com.evil.org:8443", "127.0.0.1:8443"])
def test_another_name_is_refused_all_the_same(server: Server, host: str) -> None:
    assert server.ask("GET", LOGIN, headers=proxied(host)).status == 400


def test_the_port_that_https_has_anyway_is_not_written(managed: Site) -> None:
    with behind_a_proxy(managed, "https://keys.example.com:443").serve() as server:
        assert sign_in(server, "keys.example.com", Origin="https://keys.example.com").status == 302
        redirect = server.ask("GET", LOGIN, headers={"Host": "keys.example.com"})
        assert redirect.headers["Location"] == f"https://keys.example.com{LOGIN}"


def test_on_this_machine_alone_it_is_what_was_asked_for(managed: Site, key: str) -> None:
    with managed.serve() as server:
        for host in ("localhost:8000", f"127.0.0.1:{server.port}", "[::1]:9"):
            headers: Mapping[str, str] = {"Host": host, "Authorization": f"Bearer {key}"}
            page = server.ask("GET", "/api/v1/access-keys/?page_size=1", headers=headers).json
            assert page["next"].startswith(f"http://{host}/api/v1/access-keys/?")
