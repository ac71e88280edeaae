"""Everything is done with real keys, through all doors; then no part of any key is found anywhere but in the answers.

Searched are the database file with its log (on PostgreSQL: every table, as it is stored), the audit log, the sessions,
the cache, and all that was logged.
"""

from __future__ import annotations

import json
import logging
import pickle
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from urllib.parse import quote, urlencode

import psycopg
import pytest
from django.core.management import CommandError, call_command

from accesskeys import verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.core.scopes import READ, REVEAL, WRITE
from tests.clients import anybody, consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.helpers import slices
from tests.server.servers import Answer, Server, Site, new_site

FORM = "application/x-www-form-urlencoded"
PASSWORD = "a long passphrase"
KEY = re.compile(r"ica_[0-9A-Za-z]{51}")


def mistyped(key: str) -> str:
    """The key with its last character changed."""
    return key[:-1] + ("A" if key[-1] != "A" else "B")


@dataclass
class Browser:
    """A signed-in operator, with cookies and forms."""

    server: Server
    cookies: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Answer:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> Answer:
        token = {"csrfmiddlewaretoken": self.cookies["csrftoken"]}
        return self._ask("POST", path, urlencode(token | fields).encode())

    def sign_in(self, name: str, password: str) -> Answer:
        self.get("/accounts/login/")
        return self.post("/accounts/login/", login=name, password=password)

    def _ask(self, method: str, path: str, body: bytes | None = None) -> Answer:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        if body is not None:
            headers["Content-Type"] = FORM
        answer = self.server.ask(method, path, headers=headers, body=body)
        for cookie in answer.cookies:
            name, _, value = cookie.split(";")[0].partition("=")
            self.cookies[name] = value
        return answer


@dataclass
class Life:
    """All that happens, and the keys that had a part in it."""

    site: Site
    server: Server
    keys: set[str] = field(default_factory=set)

    def note(self, text: str) -> str:
        """Remember the one key in an answer."""
        (key,) = set(KEY.findall(text))
        self.keys.add(key)
        return key

    def through_commands(self) -> str:
        scopes = [word for scope in (READ, WRITE, REVEAL) for word in ("--scope", scope)]
        key = self.note(self.site.key("marked_caller", *scopes))
        self.note(self.site.manage("generate_access_key", "marked_json", "--json").stdout)
        wishes = self.site.folder / "wishes.csv"
        wishes.write_text("name\nmarked_in_a_file\n")
        self.note(self.site.manage("generate_access_keys", f"--from-file={wishes}").stdout)
        assert self.site.manage("show_access_key", "marked_caller").stdout.strip() == key
        assert self.site.manage("rename_access_key", "marked_json", "marked_renamed").returncode == 0
        assert self.site.manage("list_access_keys").returncode == 0
        assert self.site.manage("revoke_access_key", "marked_renamed", "--no-input").returncode == 0
        # Pasted where something else belongs.
        assert self.site.manage("generate_access_key", key).returncode == 1
        assert self.site.manage("show_access_key", key).returncode == 1
        assert self.site.manage("generate_access_keys", f"--from-file={key}").returncode == 1
        assert self.site.manage("revocation_drill", f"--url={key}").returncode == 1
        assert self.site.manage("rename_access_key", "marked_caller", key).returncode == 1
        return key

    def through_api(self, caller: str) -> None:
        call = self.server.call
        made = call("POST", "access-keys/", caller, name="marked_api").json
        key = self.note(made["key"])
        path = f"access-keys/{made['id']}/"
        for used in (key, key, mistyped(key), key[:-1], key.lower(), f"{key} {key}", f'"{key}"'):
            call("GET", "ping/", used)
        assert call("POST", f"{path}reveal/", caller).json == {"key": key}
        assert call("PATCH", path, caller, name="marked_api_renamed").status == 200
        assert call("GET", path, caller).status == call("GET", "access-keys/", caller).status == 200
        assert call("DELETE", path, key).status == 403
        # Pasted where something else belongs.
        assert call("POST", "access-keys/", caller, name=key).status == 400
        assert call("POST", "access-keys/", caller, name="a", scopes=[key]).status == 400
        assert call("POST", "access-keys/", caller, name="a", expires_at=key).status == 400
        assert call("POST", "access-keys/", caller, **{"name": "a", key: key}).status == 400
        assert call("PATCH", path, caller, name=key).status == 400
        assert call("GET", f"access-keys/?search={key}&status={key}", caller).status == 400
        assert call("GET", f"access-keys/{key}/", caller).status == 404
        assert call("GET", f"ping/?access_token={key}", None).status == 401
        assert self.server.ask("GET", "/", headers={"Host": f"{key}.example.com"}).status == 400
        assert self.server.ask("POST", f"/{quote(key)}", body=key.encode()).status in {403, 404}
        self.server.raw(f"GET / HTTP/1.1\r\nHost: localhost\r\nAuthorization Bearer {key}\r\n\r\n".encode())
        self.server.raw(f"{key} / HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        self.server.raw(f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {key}\r\n\r\n".encode())
        # The damaged and the revoked.
        assert call("DELETE", path, caller).status == 204
        assert call("GET", "ping/", key).status == 401

    def through_the_console(self, key: str) -> None:
        browser = Browser(self.server)
        # Pasted into the sign-in.
        browser.sign_in(key, PASSWORD)
        browser.sign_in("operator", key)
        assert browser.sign_in("operator", PASSWORD).status == 302
        generate = "/settings/access-keys/generate/"
        made = browser.post(generate, name="marked_console")
        assert made.status == 302
        details = made.headers["Location"]
        assert not KEY.search(browser.get(details).body.decode())
        shown = browser.post(f"{details}reveal/")
        self.note(shown.body.decode())
        assert browser.post(details, name="marked_console_renamed").status == 302
        for page in (
            "/settings/access-keys/",
            "/settings/access-keys/export/",
            "/settings/audit-log/",
            "/settings/audit-log/export/?format=jsonl",
            "/api/v1/docs/",
        ):
            answer = browser.get(page)
            assert answer.status == 200
            assert not KEY.search(answer.body.decode())
        # Pasted where something else belongs.
        assert browser.post(generate, name=key, own_scopes=key).status == 200
        assert browser.post(details, name=key).status == 200
        browser.get(f"/settings/access-keys/?search={key}&page={key}&page_size={key}")
        browser.get(f"/settings/audit-log/?actor={key}&access_key={key}&action={key}")
        assert browser.get(f"/settings/access-keys/{key}/").status == 404
        assert browser.post(f"{details}revoke/", understood="on").status == 302
        assert browser.post("/accounts/logout/").status == 302


def stored_by(site: Site) -> Iterator[tuple[str, bytes]]:
    """Everything that the installation has written down: a place, and what is there."""
    for path in sorted(site.folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(site.folder)), path.read_bytes()
            if path.suffix == ".djcache":
                yield f"{path.name}, unpacked", unpacked(path)
    if site.environment["DATABASE_URL"].startswith("postgres"):
        with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            ).fetchall()
            for (table,) in tables:
                with connection.cursor().copy(f'COPY "{table}" TO STDOUT (FORMAT binary)') as rows:  # type: ignore[arg-type]
                    yield table, b"".join(bytes(part) for part in rows)
    # Sessions are packed and signed; here is what is in them.
    sessions = (
        "from django.contrib.sessions.models import Session\n"
        "for session in Session.objects.all(): print('session:', session.get_decoded())"
    )
    yield "sessions", site.manage("shell", "--no-imports", "-c", sessions).stdout.encode()
    events = (
        "from accesskeys.models import AuditEvent\n"
        "for event in AuditEvent.objects.values(): print('event:', event)"
    )
    yield "audit log", site.manage("shell", "--no-imports", "-c", events).stdout.encode()


def unpacked(file: Path) -> bytes:
    with file.open("rb") as stream:
        pickle.load(stream)  # when it ends
        return zlib.decompress(stream.read())


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with new_site(tmp_path) as installed:
        made = installed.manage(
            "create_first_operator", DJANGO_SUPERUSER_USERNAME="operator", DJANGO_SUPERUSER_PASSWORD=PASSWORD
        )
        assert made.returncode == 0, made.stderr
        yield installed


def test_no_part_of_any_key_is_written_down(site: Site) -> None:
    with site.serve() as server:
        life = Life(site, server)
        key = life.through_commands()
        life.through_api(key)
        life.through_the_console(key)
        # One more operator is signed in, with a message waiting, while we look.
        browser = Browser(server)
        browser.sign_in("operator", PASSWORD)
        browser.post("/settings/access-keys/generate/", name="marked_last")
        running = dict(stored_by(site))
    stopped = dict(stored_by(site))

    assert len(life.keys) == 5
    everything = b"".join(running.values())
    # The search would find what is there.
    for mark in (
        b"marked_caller",
        b"marked_renamed",
        b"marked_console_renamed",
        b"session: {",
        b"Key refused",
    ):
        assert mark in everything
    assert any(place.endswith(", unpacked") for place in running)
    assert "Traceback (most recent call last)" not in site_log(stopped)
    parts = [part.encode() for each in life.keys for part in (*slices(each), *slices(mistyped(each)))]
    for contents in (running, stopped):
        found = {place for place, content in contents.items() for part in parts if part in content}
        assert found == set()


def site_log(contents: dict[str, bytes]) -> str:
    return "".join(content.decode() for place, content in contents.items() if place.endswith(".log"))


@pytest.mark.django_db
def test_no_part_of_any_key_is_in_a_log_record(caplog: pytest.LogCaptureFixture) -> None:
    """As handed to the log, before the formatter strikes out what looks like a key."""
    caplog.set_level(logging.DEBUG)
    access_key = AccessKeyFactory(name="marked", scopes=[READ, WRITE, REVEAL])
    key = key_of(access_key)
    keys = {key}
    api, console = consumer(access_key), signed_in(OperatorFactory(is_superuser=True))
    path = f"/api/v1/access-keys/{access_key.pk}/"
    page = f"/settings/access-keys/{access_key.pk}/"

    made = api.post("/api/v1/access-keys/", json.dumps({"name": "other"}), content_type="application/json")
    keys.add(made.json()["key"])
    assert api.post(f"{path}reveal/", content_type="application/json").json() == {"key": key}
    for body in ({"name": key}, {key: key}, {"name": "a", "scopes": [key]}, {"name": "a", "expires_at": key}):
        answer = api.post("/api/v1/access-keys/", json.dumps(body), content_type="application/json")
        assert answer.status_code == 400
    for bad in (mistyped(key), key[:-1], f"{key} x", key + "é"):
        assert anybody(authorization=f"Bearer {bad}").get("/api/v1/ping/").status_code == 401
        with pytest.raises(InvalidKey):
            verification.authenticate(bad)
    assert key in console.post(f"{page}reveal/").content.decode()
    assert console.post(page, {"name": key}).status_code == 200
    assert console.post("/settings/access-keys/generate/", {"name": key}).status_code == 200
    output = StringIO()
    call_command("generate_access_key", "third", stdout=output)
    call_command("show_access_key", "third", stdout=output)
    keys |= set(KEY.findall(output.getvalue()))
    for wrong in (
        ("generate_access_key", key),
        ("show_access_key", key),
        ("rename_access_key", "third", key),
    ):
        with pytest.raises(CommandError) as refusal:
            call_command(*wrong, stdout=StringIO())
        assert not any(part in str(refusal.value) for part in slices(key))

    assert len(keys) == 3
    assert "Key refused: forged" in caplog.text
    records = [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    parts = {part for each in keys for part in (*slices(each), *slices(mistyped(each)))}
    assert [record for record in records if any(part in record for part in parts)] == []
    assert not any(part in caplog.text for part in parts)
