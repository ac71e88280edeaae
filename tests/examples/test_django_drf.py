"""``examples/django_drf``: a project that knows nothing of Identity Cloud but the app and the master keys."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.gateways.client import Response, send
from tests.gateways.process import Process
from tests.server.servers import ROOT, master_key, new_site
from tools.ports import free_port

GUNICORN = [sys.executable, "-m", "gunicorn", "orders.wsgi"]
FOLDER = ROOT / "examples" / "django_drf"


@dataclass(frozen=True)
class Project:
    """The example, with a database and a keyring."""

    database: Path
    master_keys: str

    def manage(self, *arguments: str) -> str:
        """Run one of its commands and return what it printed."""
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=FOLDER, env=self.environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    @contextmanager
    def serve(self) -> Iterator[Process]:
        """Its server, until the block is left."""
        port = free_port()
        process = Process(
            [*GUNICORN, "--bind", f"127.0.0.1:{port}"],
            port=port,
            log=self.database.with_suffix(".log"),
            cwd=FOLDER,
            environment=self.environment,
        )
        process.start()
        try:
            yield process
        finally:
            process.stop()

    @property
    def environment(self) -> dict[str, str]:
        """Its settings, as its processes read them."""
        settings = {
            "DJANGO_SETTINGS_MODULE": "orders.settings",
            "SECRET_KEY": "of-the-example",
            "DATABASE": str(self.database),
            "ACCESS_KEYS_MASTER_KEYS": self.master_keys,
            "PYTHONPATH": str(ROOT),
        }
        return {**os.environ, **settings}


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    installed = Project(tmp_path_factory.mktemp("django_drf") / "orders.sqlite3", master_key())
    installed.manage("migrate", "--verbosity", "0")
    return installed


@pytest.fixture(scope="module")
def server(project: Project) -> Iterator[Process]:
    with project.serve() as running:
        yield running


def ask(server: Process, key: str | None = None) -> Response:
    return send(server.port, "/orders/", key=key)


def test_it_needs_no_migration_of_its_own(project: Project) -> None:
    """Whatever its DEFAULT_AUTO_FIELD."""
    assert project.manage("makemigrations", "--check", "--dry-run") == "No changes detected"


@pytest.mark.parametrize(
    ("key", "challenge"),
    [(None, 'Bearer realm="identity-cloud"'), ("x", 'Bearer realm="identity-cloud", error="invalid_token"')],
)
def test_without_a_good_key_the_view_is_closed(server: Process, key: str | None, challenge: str) -> None:
    refused = ask(server, key)

    assert (refused.status, refused.headers["WWW-Authenticate"]) == (401, challenge)


def test_the_view_wants_its_scope(project: Project, server: Process) -> None:
    refused = ask(server, project.manage("generate_access_key", "stranger"))

    assert refused.status == 403
    assert refused.headers["WWW-Authenticate"] == (
        'Bearer realm="identity-cloud", error="insufficient_scope", scope="orders:read"'
    )


def test_the_view_knows_whose_key_it_is_until_it_is_revoked(project: Project, server: Process) -> None:
    generated = json.loads(
        project.manage("generate_access_key", "reader", "--scope", "orders:read", "--json")
    )

    answer = ask(server, generated["key"])
    assert answer.status == 200
    assert json.loads(answer.body) == {"id": generated["id"], "name": "reader", "scopes": ["orders:read"]}

    project.manage("revoke_access_key", "reader", "--no-input")
    assert ask(server, generated["key"]).status == 401


def test_on_the_database_of_the_console_its_keys_are_good(tmp_path: Path) -> None:
    with new_site(tmp_path) as site:
        shared = Project(tmp_path / "site.sqlite3", site.environment["ACCESS_KEYS_MASTER_KEYS"])
        key = site.key("reader", "--scope", "orders:read")
        with shared.serve() as server:
            assert ask(server, key).status == 200
            site.manage("revoke_access_key", "reader", "--no-input")
            assert ask(server, key).status == 401


def test_with_other_master_keys_it_does_not_start(project: Project) -> None:
    project.manage("generate_access_key", "made_before")
    other = Project(project.database, master_key())

    stopped = subprocess.run(
        [*GUNICORN, "--bind", f"127.0.0.1:{free_port()}"],
        cwd=FOLDER,
        env=other.environment,
        capture_output=True,
        text=True,
        timeout=30,
    )

    assert stopped.returncode != 0
    assert "is not the one that this database was sealed with" in stopped.stderr
