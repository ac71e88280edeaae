"""Real servers: gunicorn as ``make run`` and production start it, with environment and database of their own."""

from __future__ import annotations

import base64
import http.client
import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

from tools.ports import free_port

ROOT = Path(__file__).resolve().parents[2]
SERVER = (sys.executable, "-m", "gunicorn", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi")
START_SECONDS = 30
STOP_SECONDS = 15


def master_key(key_id: str = "k1") -> str:
    """A fresh entry for ACCESS_KEYS_MASTER_KEYS."""
    return f"{key_id}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


@dataclass(frozen=True)
class Answer:
    """What came back over the wire."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    cookies: tuple[str, ...] = ()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen[str]
    port: int
    log: Path

    def ask(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, body: bytes | None = None
    ) -> Answer:
        """One request over a connection of its own. Headers go out as latin-1."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            cookies = tuple(response.msg.get_all("Set-Cookie") or ())
            return Answer(response.status, dict(response.headers.items()), response.read(), cookies)
        finally:
            connection.close()

    def call(self, method: str, path: str, key: str | None, **fields: Any) -> Answer:
        """One request to the API with this key and these fields."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        body = json.dumps(fields).encode() if fields else None
        if body:
            headers["Content-Type"] = "application/json"
        return self.ask(method, f"/api/v1/{path}", headers=headers, body=body)

    def raw(self, request: bytes) -> bytes:
        """Whatever the server says to these bytes."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(request)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def stop(self) -> int:
        """Ask it to stop, as a process manager would; returns its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)


@dataclass(frozen=True)
class Site:
    """An installation: a database, a keyring, the environment that its processes are started with, and their code."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)
    tree: Path = ROOT

    def with_settings(self, **changes: str | None) -> Site:
        """The same installation with other settings; None takes one away.

        An empty value does that: a name that is not there at all might be in the ``.env`` of this folder.
        """
        settings = {name: value or "" for name, value in changes.items()}
        return replace(self, environment=self.environment | settings)

    def manage(self, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """Run a command in a process of its own."""
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=self.tree,
            env=self.environment | changes,
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )

    def key(self, name: str, *arguments: str) -> str:
        """The key of a new access key."""
        done = self.manage("generate_access_key", name, *arguments)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    def launch(self, port: int, log: Path, program: Sequence[str] = SERVER) -> subprocess.Popen[str]:
        """Start a server process, which may fail; what it says goes to the log."""
        with log.open("w") as output:
            return subprocess.Popen(
                program,
                cwd=self.tree,
                env=self.environment | {"PORT": str(port)},
                stdout=output,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                text=True,
            )

    @contextmanager
    def serve(self, program: Sequence[str] = SERVER) -> Iterator[Server]:
        """A server that answers, until the block is left."""
        port = free_port()
        log = self.folder / f"server-{port}.log"
        process = self.launch(port, log, program)
        try:
            _wait_for(process, port, log)
            yield Server(process, port, log)
        finally:
            if process.poll() is None:
                process.terminate()
                process.wait(STOP_SECONDS)

    def refuse_to_serve(self) -> tuple[int, str]:
        """Start a server that must not start; returns its exit code and what it said."""
        log = self.folder / f"refused-{uuid.uuid4().hex}.log"
        process = self.launch(free_port(), log)
        try:
            code = process.wait(START_SECONDS)
        finally:
            process.kill()
        return code, log.read_text()


@contextmanager
def bare_site(folder: Path, *, migrated: bool = False) -> Iterator[Site]:
    """An installation with an empty database: on PostgreSQL where the tests run on it, else on SQLite."""
    cluster = os.environ.get("TEST_DATABASE_URL")
    database_url = _new_database(folder, cluster, like=_migrated(cluster) if migrated else None)
    yield Site(folder, _environment(folder, database_url))
    if cluster:
        _tell(cluster, f"DROP DATABASE {urlsplit(database_url).path[1:]} WITH (FORCE)")


@contextmanager
def new_site(folder: Path) -> Iterator[Site]:
    """The same with a migrated one."""
    with bare_site(folder, migrated=True) as installed:
        yield installed


@cache
def _migrated(cluster: str | None) -> str:
    """What each migrated database begins as a copy of: migrating takes longer than most of the tests."""
    folder = Path(tempfile.mkdtemp(prefix="migrated-"))
    database_url = _new_database(folder, cluster)
    migrated = Site(folder, _environment(folder, database_url)).manage("migrate", "--verbosity", "0")
    assert migrated.returncode == 0, migrated.stderr
    return database_url


def _new_database(folder: Path, cluster: str | None, *, like: str | None = None) -> str:
    if cluster is None:
        if like:
            shutil.copy(like.removeprefix("sqlite:///"), folder / "site.sqlite3")
        return f"sqlite:///{folder}/site.sqlite3"
    name, template = f"site_{uuid.uuid4().hex}", urlsplit(like).path[1:] if like else "template1"
    _tell(cluster, f"CREATE DATABASE {name} TEMPLATE {template}")
    return cluster.replace("/postgres?", f"/{name}?")


def _tell(cluster: str, statement: str) -> None:
    with psycopg.connect(cluster, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def _environment(folder: Path, database_url: str) -> dict[str, str]:
    """Settings for a fresh installation; nothing of the tests' own settings is in them."""
    kept = ("PATH", "HOME", "LANG", "LD_LIBRARY_PATH")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ACCESS_KEYS_MASTER_KEYS": master_key(),
        "DATABASE_URL": database_url,
        "CACHE_URL": f"filecache://{folder}/cache",
        "STATIC_ROOT": os.environ["STATIC_ROOT"],
        "LOG_LEVEL": "DEBUG",
        "COUNTER_FILE": f"{folder}/counters",
        "BAD_KEY_LIMIT": "1000000/second",  # All tests come from one address.
        "TRUSTED_PROXIES": "",
        # What a test starts is one process, wherever it runs, unless the test is about several.
        "WEB_CONCURRENCY": "1",
        "WEB_THREADS": "4",
    }


def _wait_for(process: subprocess.Popen[str], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        if "Identity Cloud is on" in log.read_text():
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    return
        time.sleep(0.05)
    raise AssertionError(f"The server did not answer in {START_SECONDS} seconds: {log.read_text()}")
