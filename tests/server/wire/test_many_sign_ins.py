"""Sixteen strangers sign in all the time: one password is hashed at a time, and keys are answered meanwhile."""

from __future__ import annotations

import subprocess
import threading
from collections import Counter
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.server.servers import Server, Site

ASKING = range(16)


def sign_in(server: Server, address: str) -> HTTPStatus:
    page = server.ask("GET", "/accounts/login/")
    token = page.body.partition(b'csrfmiddlewaretoken" value="')[2].partition(b'"')[0].decode()
    form = {"login": f"nobody_{address}", "password": "wrong", "csrfmiddlewaretoken": token}
    headers = {
        "Content-Type": "application/x-www-form-urlencoded",
        "Cookie": page.cookies[0].partition(";")[0],
        "X-Forwarded-For": address,
    }
    return HTTPStatus(
        server.ask("POST", "/accounts/login/", headers=headers, body=urlencode(form).encode()).status
    )


@pytest.fixture
def proxied(own_site: Site) -> Site:
    """All are behind one proxy, each with an address of their own."""
    return own_site.with_settings(TRUSTED_PROXIES="127.0.0.1/32")


def memory_of(server: Server) -> int:
    """The most that one of its processes ever took, in MB."""
    listed = subprocess.run(
        ["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True
    )
    peaks = [
        int(line.split()[1])
        for process in listed.stdout.split()
        for line in Path(f"/proc/{process}/status").read_text().splitlines()
        if line.startswith("VmHWM")
    ]
    return max(peaks) // 1024


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="It takes Linux to look at the memory.")
def test_the_rest_hear_503_and_the_memory_is_that_of_one(proxied: Site) -> None:
    key = proxied.key("billing")
    heard: Counter[HTTPStatus] = Counter()
    with proxied.serve() as server:
        strangers = [
            threading.Thread(
                target=lambda n=n: heard.update(sign_in(server, f"192.0.{n}.{m}") for m in range(6))  # type: ignore[misc]
            )
            for n in ASKING
        ]
        for stranger in strangers:
            stranger.start()
        while any(stranger.is_alive() for stranger in strangers):
            answer = server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"})
            assert answer.status == HTTPStatus.OK
        for stranger in strangers:
            stranger.join()
        assert heard[HTTPStatus.OK] > 0  # The form again: it was no operator.
        assert heard[HTTPStatus.SERVICE_UNAVAILABLE] > 0
        assert (
            heard.total() == heard[HTTPStatus.OK] + heard[HTTPStatus.SERVICE_UNAVAILABLE] == 6 * len(ASKING)
        )
        assert memory_of(server) < 400
        assert "Traceback (most recent" not in server.log.read_text()
