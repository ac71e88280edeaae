"""A real Prometheus, with the configuration of deploy/monitoring and as little changed in it as a test can."""

from __future__ import annotations

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from tools.ports import free_port

MONITORING = Path(__file__).resolve().parents[2] / "deploy" / "monitoring"
_OF_A_TEST = {"scheme: https": "scheme: http", "interval: 15s": "interval: 1s"}


def program(name: str) -> str:
    """Where it is."""
    found = shutil.which(name)
    if found is None:
        pytest.skip(
            "Prometheus is not installed. Install it (Debian: apt-get install prometheus) and run again."
        )
    return found


def promtool(*arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """What promtool says in this folder."""
    return subprocess.run(
        [program("promtool"), *map(str, arguments)], cwd=folder, capture_output=True, text=True, check=False
    )


def configured(folder: Path, key: str, target: str) -> Path:
    """The configuration in a folder of its own, for one server and its key."""
    (folder / "key").write_text(key)
    shutil.copy(MONITORING / "alerts.yml", folder)
    text = (MONITORING / "prometheus.yml").read_text()
    changes = _OF_A_TEST | {
        "/etc/prometheus/identity_cloud_key\n": f"{folder}/key\n",
        "keys.example.com": target,
    }
    for ours, of_the_test in changes.items():
        assert ours in text
        text = text.replace(ours, of_the_test)
    configuration = folder / "prometheus.yml"
    configuration.write_text(text)
    return configuration


@dataclass(frozen=True)
class Prometheus:
    """One that runs."""

    port: int

    def ask(self, path: str, **query: str) -> Any:
        """Its own API."""
        with urlopen(f"http://127.0.0.1:{self.port}/api/v1/{path}?{urlencode(query)}") as answer:
            return json.load(answer)["data"]

    def query(self, expression: str) -> dict[str, float]:
        """The values now, by their labels."""
        return {
            ",".join(f"{name}={value}" for name, value in sorted(each["metric"].items())): float(
                each["value"][1]
            )
            for each in self.ask("query", query=expression)["result"]
        }

    def wait_for(self, expression: str, seconds: float = 20) -> dict[str, float]:
        """Until there is an answer."""
        end = time.monotonic() + seconds
        while not (found := self.query(expression)):
            assert time.monotonic() < end, expression
            time.sleep(0.3)
        return found


@contextmanager
def running(configuration: Path) -> Iterator[Prometheus]:
    """Until the block is left."""
    port = free_port()
    with (configuration.parent / "log").open("w") as log:
        process = subprocess.Popen(
            [
                program("prometheus"),
                f"--config.file={configuration}",
                f"--storage.tsdb.path={configuration.parent}/data",
                f"--web.listen-address=127.0.0.1:{port}",
            ],
            stdout=log,
            stderr=log,
        )
    try:
        prometheus = Prometheus(port)
        end = time.monotonic() + 20
        while True:
            try:
                prometheus.ask("status/buildinfo")
                break
            except OSError:
                assert process.poll() is None, (configuration.parent / "log").read_text()
                assert time.monotonic() < end
                time.sleep(0.1)
        yield prometheus
    finally:
        process.terminate()
        process.wait(20)
