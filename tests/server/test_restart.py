"""The server is replaced under load, by signals, and no request fails of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server.load import Heard, load
from tests.server.servers import ROOT, START_SECONDS, STOP_SECONDS, Server, Site
from tools.ports import free_port

IS_ON = "Identity Cloud is on "


@dataclass(frozen=True)
class Master:
    """``python -m server``, with the file that names the process that is it now."""

    server: Server
    pid_file: Path

    @property
    def pid(self) -> int:
        return int(self.pid_file.read_text())

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def has_said(self, text: str, times: int) -> None:
        """Wait until the log has it so often."""
        log = self.server.log
        wait_until(lambda: log.read_text().count(text) >= times, log)

    def replace(self, times: int) -> None:
        """As docs/operations.md says it: a new one, and once it is there, the end of the old one."""
        old = self.pid
        self.signal(signal.SIGUSR2)
        self.has_said(IS_ON, times)
        self.signal(signal.SIGTERM)
        # For a moment there is no such file.
        wait_until(lambda: self.pid_file.exists() and self.pid != old, self.server.log)


def wait_until(is_so: Callable[[], bool], log: Path) -> None:
    end = time.monotonic() + START_SECONDS
    while not is_so():
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.02)


@contextmanager
def running(site: Site, **changes: str) -> Iterator[Master]:
    port, log, pid_file = free_port(), site.folder / "log", site.folder / "pid"
    environment = (
        site.environment | {"PORT": str(port), "LOG_LEVEL": "INFO", "WEB_CONCURRENCY": "2"} | changes
    )
    with log.open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "server", "--pid", str(pid_file)],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            text=True,
        )
    master = Master(Server(process, port, log), pid_file)
    try:
        master.has_said("Booting worker", 2)
        yield master
    finally:
        for file in site.folder.glob("pid*"):  # Two, where a test has failed between both.
            os.kill(int(file.read_text()), signal.SIGTERM)
        process.wait(STOP_SECONDS)
        wait_until(lambda: not list(site.folder.glob("pid*")), log)


def nothing_failed(site: Site, heard: Heard) -> None:
    assert heard.answers.keys() == {200, 201}, heard.answers
    assert len(heard.generated) == heard.answers[201]
    listed = set(site.manage("list_access_keys").stdout.split())
    assert set(heard.generated) <= listed


def test_sighup_brings_new_workers(own_site: Site) -> None:
    writer = own_site.key("writer", "--scope", "access_keys:write")
    with running(own_site) as master:
        with load(master.server.port, writer) as heard:
            for times in (1, 2):
                time.sleep(0.5)
                master.signal(signal.SIGHUP)
                master.has_said("Worker exiting", 2 * times)
            time.sleep(0.5)
        log = master.server.log.read_text()
    assert log.count("Booting worker") == 6
    nothing_failed(own_site, heard)


def test_sigusr2_brings_a_new_server(own_site: Site) -> None:
    """Again and again: the new one takes the place of the old one in everything."""
    writer = own_site.key("writer", "--scope", "access_keys:write")
    with running(own_site) as master:
        with load(master.server.port, writer) as heard:
            for times in (2, 3):
                time.sleep(0.5)
                master.replace(times)
            time.sleep(0.5)
        assert master.pid != master.server.process.pid
    assert master.server.process.returncode == 0
    nothing_failed(own_site, heard)


def test_it_reads_its_settings_again(own_site: Site) -> None:
    """SIGHUP does not, and SIGUSR2 does."""
    limit = own_site.folder / "limit"
    limit.write_text("1000000/second")
    changes = {"BAD_KEY_LIMIT": "", "BAD_KEY_LIMIT_FILE": str(limit)}
    with running(own_site, **changes) as master:

        def statuses() -> list[int]:
            return [master.server.call("GET", "ping/", "ica_none").status for _ in range(3)]

        limit.write_text("1/hour")
        master.signal(signal.SIGHUP)
        master.has_said("Worker exiting", 2)
        assert statuses() == [401, 401, 401]
        master.replace(2)
        assert statuses()[1:] == [429, 429]


def test_what_cannot_start_leaves_the_old_one_alone(own_site: Site) -> None:
    limit = own_site.folder / "limit"
    limit.write_text("1000000/second")
    writer = own_site.key("writer", "--scope", "access_keys:write")
    with running(own_site, BAD_KEY_LIMIT="", BAD_KEY_LIMIT_FILE=str(limit)) as master:
        with load(master.server.port, writer) as heard:
            limit.write_text("much")
            master.signal(signal.SIGUSR2)
            master.has_said("Not started: BAD_KEY_LIMIT_FILE must be a number", 1)
            time.sleep(1.5)
            assert master.pid == master.server.process.pid
            limit.write_text("1000000/second")
            master.replace(2)
        assert master.pid != master.server.process.pid
    nothing_failed(own_site, heard)
