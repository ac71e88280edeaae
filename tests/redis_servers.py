"""Real Redis servers, of a test's own."""

from __future__ import annotations

import shutil
import signal
import socket
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import redis

from tools.ports import free_port


@dataclass
class RedisServer:
    """A Redis that keeps its port when it is started again."""

    folder: Path
    options: tuple[str, ...] = ()
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Start it, and wait until it listens."""
        program = shutil.which("redis-server")
        if program is None:
            pytest.skip(
                "Redis is not installed. Install it (Debian: apt-get install redis-server) and run again."
            )
        place = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", str(self.folder)]
        self.process = subprocess.Popen([program, *place, *self.options], stdout=subprocess.DEVNULL)
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("Redis does not listen")

    def client(self) -> redis.Redis:
        """Who asks it for the test."""
        return redis.Redis(port=self.port, decode_responses=True)

    def pause(self) -> None:
        """Let it hang: it is connected to, and answers nothing."""
        self._send(signal.SIGSTOP)

    def resume(self) -> None:
        """Let it go on."""
        self._send(signal.SIGCONT)

    def kill(self) -> None:
        """End it; who connects is refused."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def _send(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)
