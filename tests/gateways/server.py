"""Identity Cloud as people run it: ``manage.py``, gunicorn and its configuration, on a database of its own."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

from tests.gateways.process import Process
from tools.ports import free_port

ROOT = Path(__file__).resolve().parents[2]


class AccessKey(NamedTuple):
    """What ``generate_access_key`` says."""

    id: str
    key: str


class IdentityCloud:
    """One running server. Its database and its log lie in ``home``."""

    def __init__(self, home: Path, *, trusted_proxies: str = "127.0.0.1/32", workers: int = 1) -> None:
        self._environment = {
            "PUBLIC_URL": "http://127.0.0.1:8000",
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ACCESS_KEYS_MASTER_KEYS": "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "COUNTER_FILE": str(home / "counters"),
            "DATABASE_URL": f"sqlite:///{home}/access_keys.sqlite3",
            "CACHE_URL": f"filecache://{home}/cache",
            "TRUSTED_PROXIES": trusted_proxies,
            "LOG_LEVEL": "INFO",
            "WEB_CONCURRENCY": str(workers),
        }
        port = free_port()
        self.process = Process(
            [sys.executable, "-m", "gunicorn", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi"],
            port=port,
            log=home / "identity_cloud.log",
            cwd=ROOT,
            environment={**self._environment, "PORT": str(port)},
        )

    @property
    def port(self) -> int:
        return self.process.port

    def start(self) -> None:
        """Migrate the database and serve."""
        self.manage("migrate", "--verbosity", "0")
        self.process.start()

    def stop(self) -> None:
        self.process.stop()

    def manage(self, *arguments: str) -> str:
        """Run a command of ``manage.py`` on the same database and return what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env={**os.environ, **self._environment},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def generate(self, name: str, *scopes: str) -> AccessKey:
        """Generate an access key."""
        told = self.manage("generate_access_key", name, "--json", *(f"--scope={scope}" for scope in scopes))
        access_key = json.loads(told)
        return AccessKey(access_key["id"], access_key["key"])
