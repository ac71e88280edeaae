"""Where the server listens, and what it says where it cannot."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Sequence

import pytest

from tests.server.servers import ROOT, Site

GUNICORN = ("-m", "gunicorn")
MAKE_RUN = ("-m", "tools.run")
DOORS = pytest.mark.parametrize("door", [GUNICORN, MAKE_RUN], ids=["gunicorn", "make run"])


def refused(site: Site, door: Sequence[str], **settings: str) -> str:
    """The only line that a server says which does not start."""
    done = subprocess.run(
        [sys.executable, *door, "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi"],
        cwd=ROOT,
        env={**site.environment, "LOG_LEVEL": "WARNING", **settings},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.returncode, done.stdout) == (1, "")
    [line] = done.stderr.splitlines()
    return line.removeprefix("Not started: ")


@pytest.fixture
def taken() -> Iterator[str]:
    """A port that somebody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield str(listener.getsockname()[1])


@DOORS
def test_a_taken_port_is_one_sentence(site: Site, door: Sequence[str], taken: str) -> None:
    assert refused(site, door, PORT=taken) == (
        f"port {taken} on 127.0.0.1 is taken. Stop what listens there, or take another: make run PORT=9000"
    )


@DOORS
@pytest.mark.parametrize("host", ["0.0.0.0", "::", "[::]", "192.0.2.1", "::ffff:192.0.2.1"])
def test_plain_http_stays_on_this_machine(site: Site, door: Sequence[str], host: str) -> None:
    line = refused(site, door, HOST=host, PORT="0")

    assert line.startswith(f"HOST is {host.strip('[]')}, and PUBLIC_URL is http://127.0.0.1:8000, ")
    assert "Set PUBLIC_URL to the https address" in line


@pytest.mark.parametrize(
    ("host", "sentence"),
    [
        ("nowhere.invalid", "HOST is a name that has no address here."),
        ("192.0.2.1", "HOST is no address of this machine."),
    ],
)
def test_an_address_of_no_machine_is_one_sentence(site: Site, host: str, sentence: str) -> None:
    public = {"PUBLIC_URL": "https://keys.example.com"}
    assert refused(site, GUNICORN, HOST=host, PORT="0", **public) == sentence


@pytest.mark.parametrize(
    ("settings", "address"),
    [
        ({}, r"http://127\.0\.0\.1:[1-9]\d+"),
        ({"HOST": "localhost"}, r"http://127\.0\.0\.1:[1-9]\d+"),
        ({"HOST": "[::1]"}, r"http://\[::1\]:[1-9]\d+"),
        ({"HOST": "0.0.0.0", "PUBLIC_URL": "https://keys.example.com"}, "https://keys.example.com"),
    ],
    ids=["by default", "a name", "IPv6", "production"],
)
def test_any_free_port_is_taken_and_told(site: Site, settings: dict[str, str], address: str) -> None:
    with subprocess.Popen(
        [sys.executable, *GUNICORN, "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi"],
        cwd=ROOT,
        env={**site.environment, "LOG_LEVEL": "WARNING", "PORT": "0", **settings},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        said = server.stdout.readline()
        server.terminate()
    assert re.fullmatch(f"Identity Cloud is on {address}\n", said)


def test_a_unix_socket_is_nobodys_port(site: Site) -> None:
    with subprocess.Popen(
        [
            *(sys.executable, *GUNICORN, "-c", "server/gunicorn.conf.py"),
            *("--bind", f"unix:{site.folder}/socket", "identity_cloud.wsgi"),
        ],
        cwd=ROOT,
        env={**site.environment, "LOG_LEVEL": "WARNING"},
        stdout=subprocess.PIPE,
        text=True,
    ) as server:
        assert server.stdout
        assert server.stdout.readline() == "Identity Cloud is on http://127.0.0.1:8000\n"
        server.terminate()
    assert server.returncode == 0
