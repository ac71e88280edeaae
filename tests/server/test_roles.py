"""``ROLE``: a server for the gate alone, or one for pages and API alone."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import pytest

from tests.server.servers import Server, Site

PAGES = (
    "/",
    "/accounts/login/",
    "/settings/access-keys/",
    "/api/v1/access-keys/",
    "/api/v1/docs/",
    "/static/x.css",
)

RUN = (sys.executable, "-m", "tools.run", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi")


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.key("asked_at_the_gate", "--scope", "access_keys:read")


@pytest.fixture(scope="module")
def gate(site: Site) -> Iterator[Server]:
    # Static files and the folder of sign-in attempts are for pages.
    apart = site.with_settings(ROLE="gate", STATIC_ROOT="/nowhere", CACHE_URL="filecache:///proc/nowhere")
    with apart.serve() as server:
        yield server


@pytest.fixture(scope="module")
def console(site: Site) -> Iterator[Server]:
    with site.with_settings(ROLE="console").serve() as server:
        yield server


class TestTheGateAlone:
    @pytest.mark.parametrize("path", ["/auth/verify/", "/api/v1/ping/", "/api/v1/access-keys/current/"])
    def test_it_decides(self, gate: Server, key: str, path: str) -> None:
        assert gate.ask("GET", path, headers=bearer(key)).status == 200
        refused = gate.ask("GET", path)
        assert (refused.status, refused.headers["WWW-Authenticate"]) == (
            401,
            'Bearer realm="identity-cloud"',
        )

    def test_it_introspects_and_counts(self, gate: Server, site: Site, key: str) -> None:
        asking = site.key(
            "asks_the_gate", "--scope", "access_keys:introspect", "--scope", "access_keys:metrics"
        )
        form = bearer(asking) | {"Content-Type": "application/x-www-form-urlencoded"}
        told = gate.ask("POST", "/oauth2/introspect/", headers=form, body=f"token={key}".encode())
        assert told.json["client_id"] == "asked_at_the_gate"
        counted = gate.ask("GET", "/metrics/", headers=bearer(asking)).body.decode()
        assert 'door="introspection"' in counted

    @pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
    def test_probes_are_answered(self, gate: Server, path: str) -> None:
        answer = gate.ask("GET", path)
        assert (answer.status, answer.json["status"]) == (200, "ok")

    def test_a_revoked_key_is_refused_at_once(self, gate: Server, site: Site) -> None:
        key = site.key("gone_from_the_gate")
        assert gate.ask("GET", "/auth/verify/", headers=bearer(key)).status == 200
        assert site.manage("revoke_access_key", "gone_from_the_gate", "--no-input").returncode == 0
        assert gate.ask("GET", "/auth/verify/", headers=bearer(key)).status == 401

    @pytest.mark.parametrize("path", PAGES)
    def test_it_has_no_pages(self, gate: Server, key: str, path: str) -> None:
        """Whoever asks hears what programs hear."""
        for headers in ({"Accept": "text/html"}, bearer(key)):
            absent = gate.ask("GET", path, headers=headers)
            assert absent.status == 404
            assert json.loads(absent.body)["errors"][0]["code"] == "not_found"
            assert absent.cookies == ()

    def test_commands_know_the_whole_product(self, site: Site) -> None:
        told = site.manage("showmigrations", "--plan", ROLE="gate")
        assert "sessions.0001_initial" in told.stdout
        assert "[ ]" not in told.stdout


class TestTheConsoleAlone:
    def test_it_has_pages_and_the_api(self, console: Server, key: str) -> None:
        assert console.ask("GET", "/accounts/login/").status == 200
        assert console.ask("GET", "/api/v1/access-keys/", headers=bearer(key)).status == 200

    @pytest.mark.parametrize("path", ["/health/live", "/health/ready"])
    def test_probes_are_answered(self, console: Server, path: str) -> None:
        assert console.ask("GET", path).status == 200

    def test_a_gateway_that_asks_it_hears_of_no_decision(self, console: Server, key: str) -> None:
        """Were it 200 or 401, the mistake would be noticed only when the console is slow."""
        absent = console.ask("GET", "/auth/verify/", headers=bearer(key))
        assert (absent.status, "X-Access-Key-Id" in absent.headers) == (404, False)


def test_make_run_is_for_the_whole(site: Site) -> None:
    apart = site.with_settings(ROLE="gate")
    process = apart.launch(0, log := site.folder / "make-run-gate.log", RUN)
    assert process.wait(30) == 1
    assert "With ROLE=gate, start python -m server." in log.read_text()
