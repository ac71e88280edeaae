"""A console to look at: a server with what a small company would have in it, and a browser that is signed in.

The database is thrown away afterwards. No key is shown anywhere.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import django
import time_machine
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tools.ports import free_port

ROOT = Path(__file__).parents[1]
USERNAME, PASSWORD = "operator", secrets.token_urlsafe(16)
SIZE = ViewportSize(width=1280, height=800)
CHROMIUM = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
PATIENCE = 30  # seconds

# Name; days since it was generated; minutes since it was used; days until it expires; scopes.
ACCESS_KEYS: list[tuple[str, int, int | None, int | None, list[str]]] = [
    ("status_page", 412, 60 * 24 * 130, None, []),
    ("nightly_backup", 290, 60 * 9, None, ["backups:write"]),
    ("search_indexer", 201, 1, 164, ["orders:read", "products:read"]),
    ("mobile_gateway", 120, 0, 245, ["orders:read", "orders:write"]),
    ("warehouse_sync", 82, 17, 8, ["stock:read", "stock:write"]),
    ("ci_pipeline", 51, 44, 39, ["access_keys:read"]),
    ("image_resizer", 12, 60 * 5, None, []),
    ("billing_worker", 5, 3, 85, ["invoices:read", "invoices:write"]),
    ("staging_smoke_test", 0, None, 30, []),
]


@contextmanager
def console() -> Iterator[tuple[str, Page]]:
    """The address of a console in use, and a page of it."""
    with tempfile.TemporaryDirectory(prefix="identity-cloud-") as scratch:
        address = _prepare_environment(scratch)
        _fill_database()
        with _server(address), _page(address) as page:
            yield address, page


def _prepare_environment(scratch: str) -> str:
    """Settings for this process and for the server; returns the address of the console."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "identity_cloud.settings",
            "PUBLIC_URL": address,
            "PORT": str(port),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ACCESS_KEYS_MASTER_KEYS": "k1:" + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
            "DATABASE_URL": f"sqlite:///{scratch}/console.sqlite3",
            "CACHE_URL": f"filecache://{scratch}/cache",
            "STATIC_ROOT": f"{scratch}/static",
            "LOG_LEVEL": "ERROR",
            "DJANGO_SUPERUSER_USERNAME": USERNAME,
            "DJANGO_SUPERUSER_PASSWORD": PASSWORD,
        }
    )
    return address


def _fill_database() -> None:
    """An operator, and access keys as a small company would have them."""
    sys.path.insert(0, str(ROOT))
    django.setup()
    from django.contrib.auth.models import User
    from django.core.management import call_command

    from accesskeys import operations
    from accesskeys.models import AccessKey
    from accesskeys.operations.actors import Actor

    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("prepare", stdout=open(os.devnull, "w"))  # noqa: SIM115
    operator = Actor.for_operator(User.objects.get(), address="192.0.2.7", proved_at=datetime.now(UTC))
    now = datetime.now(UTC)
    for name, days, minutes, expiry, scopes in ACCESS_KEYS:
        with time_machine.travel(now - timedelta(days=days, minutes=25), tick=False):
            access_key, _ = operations.generate(
                name=name,
                actor=operator,
                scopes=scopes,
                expires_at=None if expiry is None else now + timedelta(days=expiry, hours=3),
            )
        with time_machine.travel(now - timedelta(days=days, minutes=24), tick=False):
            operations.reveal(access_key_id=access_key.pk, actor=operator)
        if minutes is not None:
            used = now - timedelta(minutes=minutes)
            AccessKey.objects.filter(pk=access_key.pk).update(last_used_at=used)


@contextmanager
def _server(address: str) -> Iterator[None]:
    """The production server, until the pictures are taken."""
    command = [sys.executable, "-m", "gunicorn", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:  # noqa: S603
        try:
            _wait_for(int(address.rpartition(":")[2]))
            yield
        finally:
            process.terminate()


def _wait_for(port: int) -> None:
    """Until somebody listens."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.2)
        else:
            return


@contextmanager
def _page(address: str) -> Iterator[Page]:
    """A browser with an operator signed in."""
    executable = shutil.which("chromium")
    if executable is None:
        sys.exit("Install chromium first.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM)
        context = browser.new_context(
            viewport=SIZE, device_scale_factor=1, color_scheme="light", locale="en", reduced_motion="reduce"
        )
        console = context.new_page()
        console.goto(f"{address}/accounts/login/")
        console.fill("[name=login]", USERNAME)
        console.fill("[name=password]", PASSWORD)
        console.click("main [type=submit]")
        console.wait_for_url("**/settings/access-keys/")
        yield console
        browser.close()
