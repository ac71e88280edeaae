"""What must hold between processes, across restarts, and before a server starts."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.servers import ROOT, Server, Site, master_key, new_site

ROUNDS = 100


@pytest.fixture
def own_site(tmp_path: Path) -> Iterator[Site]:
    """An installation of the test's own."""
    with new_site(tmp_path) as installed:
        yield installed


def test_a_revoked_key_is_refused_by_another_process_on_the_very_next_request(
    site: Site, server: Server
) -> None:
    writer = site.key("drill_writer", "--scope", "access_keys:write")
    accepted = []
    with site.serve() as other:
        for round_ in range(ROUNDS):
            first, second = (server, other) if round_ % 2 else (other, server)
            made = first.call("POST", "access-keys/", writer, name=f"drill_{round_}")
            assert made.status == 201
            access_key = made.json
            # Warm: the other process has seen the key good.
            assert second.call("GET", "ping/", access_key["key"]).status == 200
            assert first.call("DELETE", f"access-keys/{access_key['id']}/", writer).status == 204
            if second.call("GET", "ping/", access_key["key"]).status != 401:
                accepted.append(round_)
    assert accepted == []


def test_no_request_that_starts_after_the_revoke_is_accepted_under_load(site: Site, server: Server) -> None:
    writer = site.key("load_writer", "--scope", "access_keys:write")
    with site.serve() as other:
        generated = server.call("POST", "access-keys/", writer, name="revoked_under_load")
        assert generated.status == 201, generated
        made = generated.json
        answers: list[tuple[float, int]] = []
        stop = threading.Event()

        def hammer(target: Server) -> None:
            while not stop.is_set():
                began = time.monotonic()
                answers.append((began, target.call("GET", "ping/", made["key"]).status))

        threads = [
            threading.Thread(target=hammer, args=(target,)) for target in (server, other) for _ in "12"
        ]
        for thread in threads:
            thread.start()
        try:
            time.sleep(0.5)
            assert server.call("DELETE", f"access-keys/{made['id']}/", writer).status == 204
            revoked = time.monotonic()
            time.sleep(0.5)
        finally:
            stop.set()
            for thread in threads:
                thread.join()
    before = {status for began, status in answers if began <= revoked}
    after = {status for began, status in answers if began > revoked}
    assert 200 in before
    assert before <= {200, 401}
    assert after == {401}


def test_another_secret_key_leaves_access_keys_working(own_site: Site) -> None:
    key = own_site.key("before", "--scope", "access_keys:reveal")
    restarted = own_site.with_settings(SECRET_KEY="another-secret-key-" + 40 * "x")
    with restarted.serve() as server:
        assert server.call("GET", "ping/", key).status == 200
        me = server.call("GET", "access-keys/current/", key).json
        assert server.call("POST", f"access-keys/{me['id']}/reveal/", key).json == {"key": key}


def test_a_new_first_master_key_leaves_access_keys_working(own_site: Site) -> None:
    old = own_site.environment["ACCESS_KEYS_MASTER_KEYS"]
    key = own_site.key("before", "--scope", "access_keys:reveal", "--scope", "access_keys:write")
    rotated = own_site.with_settings(ACCESS_KEYS_MASTER_KEYS=f"{master_key('k2')},{old}")
    with rotated.serve() as server:
        me = server.call("GET", "access-keys/current/", key).json
        assert server.call("POST", f"access-keys/{me['id']}/reveal/", key).json == {"key": key}
        new = server.call("POST", "access-keys/", key, name="after").json["key"]
        assert server.call("GET", "ping/", new).status == 200
    # The new master key is needed from now on.
    code, said = own_site.refuse_to_serve()
    assert code != 0
    assert "need the master key k2" in said


def test_the_master_keys_may_come_from_a_file(own_site: Site) -> None:
    file = own_site.folder / "master_keys"
    file.write_text(own_site.environment["ACCESS_KEYS_MASTER_KEYS"] + "\n")
    key = own_site.key("before")
    moved = own_site.with_settings(
        ACCESS_KEYS_MASTER_KEYS=None, ACCESS_KEYS_MASTER_KEYS_FILE=str(file), SECRET_KEY="s" * 60
    )
    with moved.serve() as server:
        assert server.call("GET", "ping/", key).status == 200


class TestAWrongSettingStopsTheStart:
    """Each wrong setting has its sentence in ``test_settings``; here is how the server itself ends."""

    @pytest.fixture(scope="class")
    @classmethod
    def an_access_key(cls, site: Site) -> str:
        """One that needs the master key k1."""
        return site.key("needs_k1")

    @pytest.mark.parametrize(
        ("changes", "sentence"),
        [
            (
                {"ACCESS_KEYS_MASTER_KEYS": master_key("k1")},
                "The master key k1 in ACCESS_KEYS_MASTER_KEYS is not the one",
            ),
            ({"ACCESS_KEYS_MASTER_KEYS": master_key("k9")}, "need the master key k1"),
            (
                {"ACCESS_KEYS_MASTER_KEYS": "k1:c2hvcnQ"},
                "The master key k1 in ACCESS_KEYS_MASTER_KEYS has 5 bytes",
            ),
            ({"ACCESS_KEYS_MASTER_KEYS": ""}, "ACCESS_KEYS_MASTER_KEYS is empty"),
            ({"SECRET_KEY": ""}, "SECRET_KEY is not set"),
            ({"PUBLIC_URL": "http://keys.example.com"}, "PUBLIC_URL is http://keys.example.com"),
            ({"DATABASE_URL": "sqlite:///{folder}/empty.sqlite3"}, "the database cannot be reached"),
            ({"DATABASE_URL": "sqlite:///{folder}/a_file/site.sqlite3"}, "DATABASE_URL: there is no folder"),
            ({"DATABASE_URL": "postgres://nobody@127.0.0.1:1/nothing"}, "the database cannot be reached"),
        ],
        ids=[
            "another master key",
            "a missing master key",
            "a short master key",
            "no keyring",
            "no secret key",
            "plain http",
            "no tables",
            "no folder",
            "no database",
        ],
    )
    def test_with_a_sentence(
        self, site: Site, an_access_key: str, tmp_path: Path, changes: dict[str, str | None], sentence: str
    ) -> None:
        (tmp_path / "a_file").touch()
        placed = {name: value and value.replace("{folder}", str(tmp_path)) for name, value in changes.items()}
        code, said = site.with_settings(LOG_LEVEL="INFO", **placed).refuse_to_serve()
        assert code != 0
        last = said.strip().splitlines()[-1]
        assert last.startswith("Not started: ")
        assert sentence in last
        assert "Traceback" not in said
        assert "Identity Cloud is on" not in said
        for secret in ("ACCESS_KEYS_MASTER_KEYS", "SECRET_KEY"):
            assert site.environment[secret].rpartition(":")[2] not in said
            assert (placed.get(secret) or "k:nothing").rpartition(":")[2] not in said


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


def test_a_server_that_is_asked_to_stop_finishes_what_it_does(own_site: Site) -> None:
    writer = own_site.key("writer", "--scope", "access_keys:write", "--scope", "access_keys:read")
    statuses: list[int] = []
    broken: list[str] = []
    with own_site.serve() as server:
        stopping = threading.Event()

        def generate(worker: int) -> None:
            for number in range(1000):
                try:
                    answer = server.call("POST", "access-keys/", writer, name=f"w{worker}_{number}")
                except ConnectionError as error:
                    # Once it is asked to stop it may take no new connections.
                    if not stopping.is_set():
                        broken.append(str(error))
                    return
                except Exception as error:  # noqa: BLE001  Any half answer is what this test is looking for.
                    broken.append(repr(error))
                    return
                statuses.append(answer.status)

        threads = [threading.Thread(target=generate, args=(worker,)) for worker in range(2)]
        for thread in threads:
            thread.start()
        time.sleep(0.7)
        stopping.set()
        assert server.stop() == 0
        for thread in threads:
            thread.join()
    assert broken == []
    assert set(statuses) == {201}
    listed = own_site.manage("list_access_keys").stdout
    assert listed.count("\nw") - 1 == len(statuses)  # The writer itself begins with a w.


class TestMakeRun:
    def test_the_env_file_is_for_its_owner_alone(self, tmp_path: Path) -> None:
        file = tmp_path / ".env"
        old = os.umask(0)
        try:
            self.write(file)
        finally:
            os.umask(old)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        settings = dict(
            line.split("=", 1) for line in file.read_text().splitlines() if line[:1] not in {"", "#"}
        )
        assert set(settings) == {"PUBLIC_URL", "SECRET_KEY", "ACCESS_KEYS_MASTER_KEYS"}
        assert settings["PUBLIC_URL"] == "http://127.0.0.1:8000"
        assert len(settings["SECRET_KEY"]) >= 50

    def test_the_env_file_starts_a_server_and_is_never_overwritten(
        self, own_site: Site, tmp_path: Path
    ) -> None:
        one, other = tmp_path / "one", tmp_path / "other"
        self.write(one)
        self.write(other)
        before = one.read_text()
        assert before != other.read_text()
        self.write(one)
        assert one.read_text() == before
        settings = dict(line.split("=", 1) for line in before.splitlines() if line[:1] not in {"", "#"})
        # Its keyring reads what it seals.
        site = own_site.with_settings(DATABASE_URL=f"sqlite:///{tmp_path}/run.sqlite3", **settings)
        assert site.manage("migrate", "--verbosity", "0").returncode == 0
        assert site.manage("show_access_key", "billing").returncode == 1
        key = site.key("billing")
        assert site.manage("show_access_key", "billing").stdout.strip() == key

    @staticmethod
    def write(file: Path) -> None:
        subprocess.run([sys.executable, "-S", str(ROOT / "tools" / "write_env.py"), str(file)], check=True)

    def test_the_first_operator_is_made_once(self, own_site: Site) -> None:
        first = own_site.manage("prepare")
        assert first.returncode == 0, first.stderr
        line, again = first.stdout.strip().splitlines()
        assert line.startswith("Created the operator operator with the password ")
        assert len(line.rpartition(" ")[2]) >= 16
        assert again == "The password is not shown again."
        assert self.operators(own_site) == "operator True True"
        second = own_site.manage("prepare")
        assert (second.returncode, second.stdout) == (0, "")
        other = own_site.manage(
            "create_first_operator",
            DJANGO_SUPERUSER_USERNAME="other",
            DJANGO_SUPERUSER_PASSWORD="another one",
        )
        assert (other.returncode, other.stdout) == (0, "")
        assert self.operators(own_site) == "operator True True"

    def test_the_first_operator_may_be_named(self, own_site: Site) -> None:
        made = own_site.manage(
            "create_first_operator",
            DJANGO_SUPERUSER_USERNAME="ada",
            DJANGO_SUPERUSER_PASSWORD="a long passphrase",
        )
        assert (made.returncode, made.stdout) == (0, "Created the operator ada.\n")
        check = (
            "from django.contrib.auth import authenticate\n"
            "print(authenticate(username='ada', password='a long passphrase'))"
        )
        assert own_site.manage("shell", "--no-imports", "-c", check).stdout.strip() == "ada"

    @staticmethod
    def operators(site: Site) -> str:
        listing = (
            "from django.contrib.auth.models import User\n"
            "for user in User.objects.all(): print(user.username, user.is_superuser, user.is_staff)"
        )
        return site.manage("shell", "--no-imports", "-c", listing).stdout.strip()
