"""What a stranger finds at addresses that lead to nothing, and what answers tell of the server (ASVS 5.0, 13.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.server.servers import Server, Site

NOTHING = [
    "/.git/config",
    "/.env",
    "/manage.py",
    "/static/../manage.py",
    "/static/%2e%2e/manage.py",
    "/static/staticfiles.json.bak",
    "/settings/access-keys/x.css",
    "/accounts/login/x.css",
]


@pytest.fixture(scope="module")
def server(site: Site) -> Iterator[Server]:
    with site.serve() as running:
        yield running


@pytest.mark.parametrize("path", ["/static/", "/static/accesskeys/", "/static/accesskeys"])
def test_no_folder_is_listed(server: Server, path: str) -> None:
    answer = server.ask("GET", path)
    assert answer.status == 404
    assert b"console.css\n" not in answer.body


@pytest.mark.parametrize("path", NOTHING)
def test_what_is_no_static_file_is_not_served(server: Server, path: str) -> None:
    answer = server.ask("GET", path)
    assert answer.status == 404
    assert b"DJANGO_SETTINGS_MODULE" not in answer.body


@pytest.mark.parametrize(
    "path", ["/accounts/login/", "/nowhere/", "/auth/verify/", "/api/v1/ping/", "/health/live", "/static/x"]
)
def test_no_answer_tells_a_version(server: Server, path: str) -> None:
    headers = server.ask("GET", path).headers
    told = {name: value for name, value in headers.items() if name in ("Server", "X-Powered-By", "Via")}
    assert not [name for name, value in told.items() if re.search(r"\d", value)]
    assert "X-Powered-By" not in headers
