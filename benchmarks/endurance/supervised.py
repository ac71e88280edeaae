"""A process that is started again when it ends, as systemd does with ``Restart=always`` and ``RestartSec=1``."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

PAUSE = 1  # seconds
STOP_SECONDS = 60


class Supervised:
    """One process, by whatever ID it has at the moment."""

    def __init__(
        self, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        self._command, self._environment, self._more = command, environment, more
        self.log, self.starts = log, 0
        self._over = threading.Event()
        self._process = self._start()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def stop(self, number: signal.Signals = signal.SIGTERM) -> None:
        """End it for good, and kill it if it does not."""
        self._over.set()
        self._process.send_signal(number)
        self._thread.join(STOP_SECONDS)
        self._process.kill()

    def _start(self) -> subprocess.Popen[bytes]:
        self.starts += 1
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self._command,
                env=self._environment,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                **self._more,
            )

    def _watch(self) -> None:
        while not self._over.is_set():
            self._process.wait()
            if not self._over.wait(PAUSE):
                self._process = self._start()
        self._process.wait()
