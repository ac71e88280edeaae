"""A server whose processes are killed, one or all, and what is left of it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from pathlib import Path

import pytest

from tests.server.servers import Server, Site

SOON = 25  # seconds: what a server that stops gives to those that it answers, and some more.


def worker(master: int, *, but: int | None = None) -> int:
    """The process that answers for this one, as soon as there is one."""
    end = time.monotonic() + SOON
    while time.monotonic() < end:
        found = subprocess.run(["pgrep", "-P", str(master)], capture_output=True, text=True, check=False)
        for pid in map(int, found.stdout.split()):
            if pid != but:
                return pid
        time.sleep(0.05)
    raise AssertionError("There is none")


def has_ended(pid: int) -> bool:
    """Or is dead, and nobody has taken notice of it."""
    stat = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return stat.stdout.strip()[:1] in {"", "Z"}


def test_one_that_answers_is_replaced(own_site: Site) -> None:
    key = own_site.key("billing")
    with own_site.serve() as server:
        killed = worker(server.process.pid)
        os.kill(killed, signal.SIGKILL)
        assert not has_ended(worker(server.process.pid, but=killed))
        assert server.call("GET", "ping/", key).status == 200
        assert server.stop() == 0


@pytest.mark.parametrize("is_busy", [False, True], ids=["idle", "busy"])
def test_the_first_one_takes_the_others_with_it(own_site: Site, is_busy: bool) -> None:
    """So that whatever starts it again finds the port free; until then a start says that it is taken."""
    key = own_site.key("billing")
    with own_site.serve() as server, socket.create_connection(("127.0.0.1", server.port)) as client:
        if is_busy:  # A request that is on its way.
            client.sendall(
                b"POST /api/v1/access-keys/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{"
            )
            time.sleep(0.5)
        left = worker(server.process.pid)
        assert not has_ended(left)
        server.process.kill()
        assert server.process.wait() == -signal.SIGKILL
        again, log = start_again(own_site, server)
        try:
            assert has_ended(left)
            assert Server(again, server.port, log).call("GET", "ping/", key).status == 200
        finally:
            again.terminate()
        assert again.wait(SOON) == 0


def start_again(site: Site, server: Server) -> tuple[subprocess.Popen[str], Path]:
    """As a supervisor does: again and again, until it runs."""
    log, end = site.folder / "again.log", time.monotonic() + SOON
    while time.monotonic() < end:
        process = site.launch(server.port, log)
        while process.poll() is None:
            if "Identity Cloud is on" in log.read_text():
                return process, log
            time.sleep(0.05)
        assert process.returncode == 1
        assert "Not started: port" in log.read_text()
    raise AssertionError(log.read_text())
