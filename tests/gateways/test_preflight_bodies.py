"""A preflight has no body. One that does not tell its length must not pass for none."""

from __future__ import annotations

import shutil
import socket
import subprocess
from pathlib import Path

import pytest

from tests.gateways.gateways import GATEWAYS, gateway
from tests.gateways.process import Process
from tests.gateways.recorder import Answer, Recorder
from tools.ports import free_port

ASKED = ("Origin: https://app.example.com", "Access-Control-Request-Method: DELETE")
# HTTP/2 is on where these two are given a certificate; here it is on without.
HTTP2 = {
    "nginx": ("access_keys.conf", "listen 127.0.0.1:{port};", "listen 127.0.0.1:{port} http2;"),
    "caddy": ("Caddyfile", "admin off\n", "admin off\n\tservers {{\n\t\tprotocols h1 h2c\n\t}}\n"),
}


@pytest.fixture(params=GATEWAYS)
def process(request: pytest.FixtureRequest, tmp_path: Path, application: Recorder) -> Process:
    """Each gateway in turn, letting preflights through, not started yet. Nobody is there to ask about keys."""
    ports = {"identity_cloud": free_port(), "application": application.port}
    return gateway(request.param, tmp_path, **ports, preflights=True)


@pytest.fixture(autouse=True)
def _application_with_a_policy(application: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "answer", lambda _heard: Answer(204))


def test_over_http_1(process: Process, application: Recorder) -> None:
    lines = "".join(f"{line}\r\n" for line in ("OPTIONS / HTTP/1.1", "Host: a", *ASKED)).encode()

    def status(rest: bytes) -> int:
        with socket.create_connection(("127.0.0.1", process.port), timeout=15) as connection:
            connection.sendall(lines + rest)
            return int(connection.recv(12).split()[1])

    process.start()
    try:
        for rest in (
            b"Content-Length: 1\r\n\r\nx",
            b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
            b"Transfer-Encoding: chunked\r\n\r\n5\r\nxxxxx\r\n0\r\n\r\n",
        ):
            assert status(rest) >= 400
        assert application.heard == []
        # Some proxies in front say of no body that its length is 0.
        assert [status(rest) for rest in (b"\r\n", b"Content-Length: 0\r\n\r\n")] == [204, 204]
    finally:
        process.stop()


def test_over_http_2(
    request: pytest.FixtureRequest, tmp_path: Path, process: Process, application: Recorder
) -> None:
    if (curl := shutil.which("curl")) is None:
        pytest.skip("curl is not installed. Install it (Debian: apt-get install curl) and run again.")
    name = request.node.callspec.params["process"]
    if name in HTTP2:
        file, off, on = HTTP2[name]
        text = (tmp_path / file).read_text()
        changed = text.replace(off.format(port=process.port), on.format(port=process.port))
        assert changed != text
        (tmp_path / file).write_text(changed)
    asked = [part for line in ASKED for part in ("-H", line)]
    command = [curl, "-s", "-o", "/dev/null", "-w", "%{http_code}", "--http2-prior-knowledge", *asked]
    command += ["-X", "OPTIONS", f"http://127.0.0.1:{process.port}/"]

    process.start()
    try:
        assert subprocess.run(command, capture_output=True, text=True, check=False).stdout == "204"
        application.heard.clear()
        # A stream has no length.
        subprocess.run([*command, "-T", "-"], input=b"body", capture_output=True, check=False)
    finally:
        process.stop()
    # nginx lets the question through, without the body.
    assert len(application.heard) == (name == "nginx")
    for heard in application.heard:
        assert (heard.body, heard.values("Content-Length"), heard.values("Transfer-Encoding")) == (
            b"",
            [],
            [],
        )
