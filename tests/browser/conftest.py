from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Playwright
from pytest_django.live_server_helper import LiveServer

from tests.clients import signed_in
from tests.factories import OperatorFactory
from tools.missing import LIBATOMIC

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
# English, and without motion, so that nothing is measured half way.
CONTEXT: dict[str, Any] = {"locale": "en-US", "reduced_motion": "reduce"}
PASSWORD = "correct horse battery"
PATIENCE = 15_000  # milliseconds


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
def chromium() -> str:
    """Where the browser is."""
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        pytest.skip("Chromium is not installed. Install it (Debian: apt-get install chromium) and run again.")
    if not LIBATOMIC.is_there:
        pytest.skip(
            "Playwright lacks libatomic. Install it (Debian: apt-get install libatomic1) and run again."
        )
    return found


@pytest.fixture(scope="session")
def playwright(chromium: str, playwright: Playwright) -> Playwright:
    """Started only where there is a browser to drive."""
    return playwright


@pytest.fixture(scope="session")
def browser_type_launch_args(chromium: str, browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": chromium, "args": ARGUMENTS}


@pytest.fixture(scope="session")
def live_server(django_db_setup: None, collected_static_files: None) -> Iterator[LiveServer]:
    """The application in a thread of this process. It serves its static files itself, as in production."""
    server = LiveServer("127.0.0.1", start=False)
    server.thread.static_handler = lambda application: application
    server.start()
    yield server
    server.stop()


class Complaints(list[str]):
    """What the browser complains about: script errors, missing files, violations of the CSP."""

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self._hear)
        context.on("weberror", lambda error: self.append(str(error.error)))

    def allow_status(self, status: int) -> None:
        """Forget that the browser noted an answer of this status, which the test had asked for."""
        self[:] = [text for text in self if f"responded with a status of {status} " not in text]

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.append(message.text)


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    """None, at the end of every test."""
    heard = Complaints()
    yield heard
    assert heard == []


@pytest.fixture
def operator(live_server: LiveServer) -> User:
    """Somebody who may do everything in the console."""
    somebody = OperatorFactory(username="ada", roles=["Operators", "Auditors", "Administrators"])
    User.objects.filter(pk=somebody.pk).update(password=hashed_password())
    somebody.refresh_from_db()
    return somebody


@cache
def hashed_password() -> str:
    """The hash of PASSWORD. It takes long to compute, as it should."""
    return make_password(PASSWORD)


Enter = Callable[..., Page]


@pytest.fixture
def visit(
    live_server: LiveServer, new_context: Callable[..., BrowserContext], complaints: Complaints
) -> Enter:
    """A page of a fresh browser in which nobody is signed in. Takes the options of a browser context."""

    def visit(**options: Any) -> Page:
        context = new_context(base_url=live_server.url, **CONTEXT | options)
        context.set_default_timeout(PATIENCE)
        complaints.listen(context)
        return context.new_page()

    return visit


@pytest.fixture
def enter(visit: Enter, live_server: LiveServer, operator: User) -> Enter:
    """A page of a fresh browser in which somebody is signed in: ``operator``, or whom the test names."""

    def enter(*, somebody: User = operator, **options: Any) -> Page:
        page = visit(**options)
        add_session(page.context, live_server.url, somebody)
        return page

    return enter


def add_session(context: BrowserContext, url: str, somebody: User) -> None:
    """Sign somebody in without the sign-in page."""
    session = signed_in(somebody).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies([{"name": session.key, "value": session.value, "url": url}])
