"""A page calls an API of another origin, with a key, through a gateway that lets preflights pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.conftest import CONTEXT
from tests.gateways.gateways import GATEWAYS, gateway
from tests.gateways.recorder import Answer, Heard, Recorder
from tests.gateways.server import IdentityCloud

CALL = """
([url, key]) => fetch(url, {headers: {Authorization: `Bearer ${key}`}})
    .then(async answer => [answer.status, await answer.text()], error => [0, error.name])
"""


@pytest.fixture(scope="module")
def identity_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[IdentityCloud]:
    server = IdentityCloud(tmp_path_factory.mktemp("identity_cloud"))
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def key(identity_cloud: IdentityCloud) -> str:
    return identity_cloud.generate("page", "orders:read").key


@pytest.fixture
def page(new_context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A page of an origin of its own."""
    with Recorder(lambda _heard: Answer(200, [("Content-Type", "text/html")], b"<!doctype html>")) as origin:
        page = new_context(**CONTEXT).new_page()
        page.goto(f"http://127.0.0.1:{origin.port}/")
        yield page


@pytest.fixture
def application(page: Page) -> Iterator[Recorder]:
    """It answers pages of the one origin that it knows."""
    policy = [
        ("Access-Control-Allow-Origin", page.evaluate("location.origin")),
        ("Access-Control-Allow-Headers", "authorization"),
    ]

    def tell_who_is_calling(heard: Heard) -> Answer:
        return Answer(200, policy, "".join(heard.values("X-Access-Key-Name")).encode())

    with Recorder(tell_who_is_calling) as application:
        yield application


@pytest.mark.parametrize("name", GATEWAYS)
def test_it_gets_its_answer(
    name: str, tmp_path: Path, identity_cloud: IdentityCloud, key: str, page: Page, application: Recorder
) -> None:
    ports = {"identity_cloud": identity_cloud.port, "application": application.port}
    process = gateway(name, tmp_path, **ports, preflights=True)
    url = f"http://127.0.0.1:{process.port}/orders"
    process.start()
    try:
        assert page.evaluate(CALL, [url, key]) == [200, "page"]
        preflight, call = application.heard
        assert page.evaluate(CALL, [url, "nonsense"])[0] == 401
    finally:
        process.stop()

    assert (preflight.method, preflight.values("X-Access-Key-Name")) in (("OPTIONS", []), ("OPTIONS", [""]))
    assert (call.method, call.values("X-Access-Key-Name")) == ("GET", ["page"])
    assert {heard.method for heard in application.heard[2:]} <= {"OPTIONS"}  # Unless it remembers the first.


def test_by_default_it_gets_none(
    tmp_path: Path, identity_cloud: IdentityCloud, key: str, page: Page, application: Recorder
) -> None:
    process = gateway("nginx", tmp_path, identity_cloud=identity_cloud.port, application=application.port)
    process.start()
    try:
        assert page.evaluate(CALL, [f"http://127.0.0.1:{process.port}/orders", key]) == [0, "TypeError"]
    finally:
        process.stop()
    assert application.heard == []
