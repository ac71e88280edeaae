"""The image as an engine runs it: any uid, no capability, a root that cannot be written to. runc does it."""

from __future__ import annotations

import json
import subprocess
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.container.building import Image
from tests.server.servers import START_SECONDS, STOP_SECONDS, Server
from tools.ports import free_port

UID = 54321  # Nobody in the image has this number.


class Installation:
    """One volume for /data, and the settings of all containers that share it."""

    def __init__(self, image: Image, folder: Path, settings: Mapping[str, str]) -> None:
        self._image, self._folder, self._settings = image, folder, settings
        self.data = folder / "data"
        self.data.mkdir(mode=0o770)
        self.data.chmod(0o770)  # As the image has it: of root, and written to by its group.

    def run(self, *arguments: str, entrypoint: list[str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        command = self._runc(self._new_bundle(entrypoint, arguments, port=8000))
        return subprocess.run(command, capture_output=True, text=True, timeout=120)

    @contextmanager
    def serve(self) -> Iterator[tuple[Server, str]]:
        """The container as it runs without being told what; also how runc calls it."""
        port = free_port()
        bundle = self._new_bundle(None, self._image.config["Cmd"], port=port)
        log = bundle / "log"
        with log.open("w") as output:
            process = subprocess.Popen(self._runc(bundle), stdout=output, stderr=output, text=True)
        try:
            deadline = time.monotonic() + START_SECONDS
            while "Identity Cloud is on" not in log.read_text():
                assert process.poll() is None, log.read_text()
                assert time.monotonic() < deadline, log.read_text()
                time.sleep(0.05)
            yield Server(process, port, log), bundle.name
        finally:
            if process.poll() is None:
                self.kill(bundle.name, "KILL")
                process.wait(STOP_SECONDS)

    def kill(self, name: str, signal: str) -> None:
        """Signal the first process of a container, as an engine does."""
        subprocess.run(["runc", f"--root={self._folder}/runc", "kill", name, signal], check=True)

    def exec(self, name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program in a container that runs already."""
        command = ["runc", f"--root={self._folder}/runc", "exec", name, *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=60)

    def _runc(self, bundle: Path) -> list[str]:
        return ["runc", f"--root={self._folder}/runc", "run", f"--bundle={bundle}", bundle.name]

    def _new_bundle(self, entrypoint: list[str] | None, arguments: tuple[str, ...], port: int) -> Path:
        bundle = self._folder / f"c{uuid.uuid4().hex}"
        bundle.mkdir()
        subprocess.run(["runc", "spec", f"--bundle={bundle}"], check=True)
        spec = json.loads((bundle / "config.json").read_text())
        config = self._image.config
        environment = dict(entry.split("=", 1) for entry in config["Env"])
        environment |= {**self._settings, "HOST": "127.0.0.1", "PORT": str(port)}
        spec["root"] = {"path": str(self._image.root), "readonly": True}
        spec["process"] |= {
            "terminal": False,
            "cwd": config["WorkingDir"],
            "user": {"uid": UID, "gid": 0},
            "args": [*(config["Entrypoint"] if entrypoint is None else entrypoint), *arguments],
            "env": [f"{name}={value}" for name, value in environment.items()],
            "capabilities": {},
            "noNewPrivileges": True,
        }
        # The network of the machine, which is where the tests ask from.
        spec["linux"]["namespaces"] = [
            each for each in spec["linux"]["namespaces"] if each["type"] not in {"network", "cgroup"}
        ]
        spec["mounts"] = [each for each in spec["mounts"] if each["type"] not in {"cgroup", "sysfs"}] + [
            {
                "destination": "/tmp",
                "type": "tmpfs",
                "source": "tmpfs",
                "options": ["nosuid", "nodev", "noexec"],
            },
            {"destination": "/data", "type": "bind", "source": str(self.data), "options": ["bind", "rw"]},
            {
                "destination": "/run/secrets",
                "type": "bind",
                "source": str(self._folder / "secrets"),
                "options": ["bind", "ro"],
            },
        ]
        (bundle / "config.json").write_text(json.dumps(spec))
        return bundle
