"""The calls of the page about the API, as somebody pastes them into a shell: they answer as the page says."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest

from accesskeys.console import api_reference
from accesskeys.core.scopes import BUILT_IN
from tests.server.servers import Server, Site

LIST = "access-keys/"
ROTATING = {"describe_rotation", "cancel_rotation", "complete_rotation"}


@pytest.fixture(scope="module")
def key(site: Site) -> str:
    return site.key("documented", *(f"--scope={scope}" for scope in (*BUILT_IN, "orders:read")))


def pasted(call: str, **variables: str) -> tuple[int, str]:
    """Status and body of what curl hears."""
    if (shell := shutil.which("bash")) is None or shutil.which("curl") is None:
        pytest.skip("curl or bash is not installed. Install both (Debian: apt-get install bash curl).")
    line = f'{call} --silent --show-error --write-out "\\n%{{http_code}}"'
    done = subprocess.run(
        [shell, "-c", line], env=os.environ | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    body, _, status = done.stdout.rpartition("\n")
    return int(status), body


def test_each_call_answers_as_its_example_says(server: Server, key: str) -> None:
    document = server.ask("GET", "/api/v1/schema/").json  # Read without a key.
    chapters = api_reference.chapters(document, f"http://127.0.0.1:{server.port}")
    endpoints = [endpoint for chapter in chapters for endpoint in chapter["endpoints"]]
    assert len(endpoints) == 20
    for number, endpoint in enumerate(endpoints):
        name = endpoint["operationId"]
        target = server.call("POST", LIST, key, name=f"target_{number}").json
        if name in ROTATING:
            assert server.call("POST", f"{LIST}{target['id']}/rotation/", key).status == 200
        status, body = pasted(endpoint["call"], KEY=key, ID=target["id"], TOKEN=target["key"])
        assert (name, str(status)) == (name, endpoint["answer"].partition(" ")[0]), body
        assert bool(body) == ("\n\n" in endpoint["answer"]), name
