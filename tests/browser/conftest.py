from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.server.servers import Server, new_site

PASSWORD = "correct horse battery"
ARGUMENTS = [
    "--no-sandbox",  # Chromium refuses to run as root with one; it meets no page but ours.
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: Playwright leaves an event loop running, in which Django refuses to query."""
    for item in items:
        if "tests/browser/" in item.nodeid:
            item.add_marker(pytest.mark.browser)
    items.sort(key=lambda item: "tests/browser/" in item.nodeid)


@pytest.fixture(scope="session", autouse=True)
def queries_beside_the_event_loop() -> None:
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None:
        pytest.skip("Chromium is not installed. Install it (Debian: apt-get install chromium) and run again.")
    return {**browser_type_launch_args, "executable_path": chromium, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The server of a fresh installation, with one superuser called operator.

    A real one: pytest-django's live_server does not find static files by their hashed names.
    """
    with new_site(tmp_path_factory.mktemp("console")) as site:
        created = site.manage("create_first_operator", DJANGO_SUPERUSER_PASSWORD=PASSWORD)
        assert created.returncode == 0, created.stderr
        with site.serve() as server:
            yield server


@pytest.fixture(scope="session")
def base_url(console: Server) -> str:
    return f"http://127.0.0.1:{console.port}"


@pytest.fixture
def complaints(context: BrowserContext) -> Iterator[list[str]]:
    """What the browser complains about: script errors, missing files, violations of the CSP. None, at the end."""
    heard: list[str] = []
    context.on("console", lambda message: heard.append(message.text) if message.type == "error" else None)
    context.on("weberror", lambda error: heard.append(str(error.error)))
    yield heard
    assert heard == []


@pytest.fixture
def signed_in(page: Page, complaints: list[str]) -> Page:
    """The access key list, as the operator sees it after signing in."""
    page.goto("/")
    page.get_by_label("Username").fill("operator")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/settings/access-keys/")
    return page
