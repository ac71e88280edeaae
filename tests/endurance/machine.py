"""A Debian that boots systemd, in a folder: what docs/deployment.md says is done in it as it stands."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.container.building import PACKAGES, make_base, to_reach_an_index
from tests.server.servers import ROOT

IGNORED = shutil.ignore_patterns(
    ".git", ".venv", "node_modules", "data", "dist", "tests", "__pycache__", "*.mo", ".env", ".*_cache"
)
UNIT = """\
[Unit]
After=multi-user.target
[Service]
Type=oneshot
TimeoutStartSec=300
ExecStart=/bin/bash /script
ExecStopPost=/bin/systemctl --no-block poweroff
StandardOutput=file:/told
StandardError=file:/log
[Install]
WantedBy=multi-user.target
"""


def commands(*steps: int) -> str:
    """The first block of commands in each of these steps of the guide, less those that fetch what is there already."""
    guide = (ROOT / "docs/deployment.md").read_text()
    blocks = [re.findall(rf"^## {step}\. .*?```sh\n(.*?)```", guide, re.M | re.S)[0] for step in steps]
    lines = "".join(blocks).splitlines(True)
    return "".join(line for line in lines if not line.startswith(("apt-get ", "git clone ")))


def make_machine(folder: Path, port: int) -> None:
    """Debian with the tree in /opt/identity-cloud."""
    for program in ("debootstrap", "systemd-nspawn"):
        if shutil.which(program) is None:
            pytest.skip(f"{program} is not installed (Debian: debootstrap, systemd-container).")
    make_base(folder, *PACKAGES, "systemd", "systemd-sysv", "dbus", "curl")
    for path, inside in to_reach_an_index(folder / "tmp").items():
        target = folder / inside.removesuffix(":ro").removeprefix("/")
        if Path(path).is_file():
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, target)
    shutil.copytree(ROOT, folder / "opt/identity-cloud", ignore=IGNORED)
    with (folder / "opt/identity-cloud/deploy/systemd/environment.example").open("a") as settings:
        settings.write(f"PORT={port}\n")  # The network is that of this machine.


def boot(folder: Path, script: str) -> str:
    """Run a script once the machine is up, and return what it told when it is down again."""
    (folder / "script").write_text(f"set -e\n{script}")
    (folder / "etc/systemd/system/script.service").write_text(UNIT)
    subprocess.run(["chroot", folder, "systemctl", "--quiet", "enable", "script.service"], check=True)
    machine = ["systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--boot", f"--directory={folder}"]
    done = subprocess.run(machine, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=400)
    told = folder / "told"
    assert told.exists(), done.stdout[-2000:] + done.stderr[-2000:]
    return told.read_text() + (folder / "log").read_text()
