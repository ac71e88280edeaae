"""What compose.yaml puts together, without its engine: Caddy with its file and TLS, the server, and the example."""

from __future__ import annotations

import re
import shutil
import socket
import ssl
import sys
import time
from collections.abc import Iterator
from http.client import HTTPSConnection
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.gateways.process import Process
from tests.server.servers import ROOT, Site, new_site
from tools.ports import free_port

# Caddy gives names below localhost certificates of its own, and asks nobody.
CONSOLE, API = "keys.localhost", "api.localhost"


class Answer(NamedTuple):
    status: int
    location: str
    body: str


class Machine(NamedTuple):
    """Everything, as it runs."""

    site: Site
    port: int
    trusted: ssl.SSLContext

    def ask(self, host: str, path: str, **headers: str) -> Answer:
        """Ask over TLS, with a certificate that is checked."""
        connection = HTTPSConnection(host, self.port, context=self.trusted, timeout=20)
        connection.sock = self.trusted.wrap_socket(
            socket.create_connection(("127.0.0.1", self.port), timeout=20), server_hostname=host
        )
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.headers.get("Location", ""), answer.read().decode())
        finally:
            connection.close()


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("Caddy is not installed. Install it (Debian: apt-get install caddy) and run again.")
    home = tmp_path_factory.mktemp("compose")
    http, https, example, health = (free_port() for _ in range(4))
    with new_site(home) as plain:
        site = plain.with_settings(PUBLIC_URL=f"https://{CONSOLE}:{https}", TRUSTED_PROXIES="127.0.0.1/32")
        with site.serve() as server:
            changed = {r"identity-cloud:8000": f"127.0.0.1:{server.port}", ":2020": f":{health}"}
            text = (ROOT / "deploy/compose/Caddyfile").read_text()
            for before, after in changed.items():
                text = text.replace(before, after)
            (home / "Caddyfile").write_text(text)
            guard = (ROOT / "deploy/gateways/caddy/Caddyfile").read_text()
            ports = f"admin off\n\tskip_install_trust\n\thttp_port {http}\n\thttps_port {https}\n"
            (home / "access_keys.caddy").write_text(re.sub(r"admin off\n", ports, guard, count=1))
            processes = [
                Process(
                    [sys.executable, "examples/fastapi/service.py"],
                    port=example,
                    log=home / "example.log",
                    cwd=ROOT,
                    environment={"PORT": str(example)},
                ),
                Process(
                    [caddy, "run", "--config", "Caddyfile"],
                    port=https,
                    log=home / "caddy.log",
                    cwd=home,
                    environment={
                        **{name: str(home) for name in ("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME")},
                        "CONSOLE_HOST": CONSOLE,
                        "GATE_SITE": API,
                        "GATE_BIND": "127.0.0.1",
                        "GATE_IDENTITY_CLOUD": f"127.0.0.1:{server.port}",
                        "GATE_APPLICATION": f"127.0.0.1:{example}",
                    },
                ),
            ]
            for process in processes:
                process.start()
            yield Machine(site, https, trusting(home))
            for process in reversed(processes):
                process.stop()


def trusting(home: Path) -> ssl.SSLContext:
    """What a browser knows that trusts this Caddy."""
    authority = home / "caddy/pki/authorities/local/root.crt"
    certificates = home / "caddy/certificates/local"
    deadline = time.monotonic() + 30
    while not all((certificates / host / f"{host}.crt").exists() for host in (CONSOLE, API)):
        assert time.monotonic() < deadline, (home / "caddy.log").read_text()
        time.sleep(0.05)
    return ssl.create_default_context(cafile=str(authority))


def test_the_console_is_served_under_its_name(machine: Machine) -> None:
    front = machine.ask(CONSOLE, "/")
    assert (front.status, front.location) == (302, "/accounts/login/?next=/")
    page = machine.ask(CONSOLE, "/accounts/login/")
    assert (page.status, "csrfmiddlewaretoken" in page.body) == (200, True)


def test_the_application_is_behind_the_gate(machine: Machine) -> None:
    key = machine.site.key("billing", "--scope", "orders:read")
    assert machine.ask(API, "/orders").status == 401
    passed = machine.ask(API, "/orders", Authorization=f"Bearer {key}")
    assert (passed.status, '"name":"billing"' in passed.body) == (200, True)
    assert machine.site.manage("revoke_access_key", "billing", "--no-input").returncode == 0
    assert machine.ask(API, "/orders", Authorization=f"Bearer {key}").status == 401


def test_the_health_check_of_caddy_asks_where_it_answers() -> None:
    text = (ROOT / "deploy/compose/Caddyfile").read_text()
    compose = (ROOT / "deploy/compose/compose.yaml").read_text()
    assert 'wget, --quiet, --spider, "http://127.0.0.1:2020/"' in compose
    assert "http://127.0.0.1:2020 {" in text
