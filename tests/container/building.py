"""Building the image as people do, on a base that debootstrap makes: nothing can be pulled where the tests run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests.debian import RELEASE, mirror
from tests.environment import MEMORY
from tests.server.servers import ROOT

PROGRAMS = ("buildah", "debootstrap", "runc")
CONTAINERFILE = ROOT / "deploy/container/Containerfile"
PACKAGES = ("python3", "python3-venv", "ca-certificates")
NOT_SLIM = ("var/cache/apt", "var/lib/apt/lists", "usr/share/doc", "usr/share/locale", "usr/share/man")
OF_THIS_MACHINE = {"index-url", "cert", "proxy", "timeout"}  # How its pip reaches an index.


class Image(NamedTuple):
    """What was built: its size, what it is started with, and its files in a folder."""

    size: int  # bytes
    config: Mapping[str, Any]
    root: Path


def build(target: Path) -> Image:
    """Build it, lay its files into this folder, and leave nothing else behind."""
    for program in PROGRAMS:
        if shutil.which(program) is None:
            pytest.skip(
                f"{program} is not installed. Install it (Debian: apt-get install {program}) and run again."
            )
    # In memory: on a disk that others write to, a base takes minutes.
    with tempfile.TemporaryDirectory(prefix="identity-cloud-image-", dir=MEMORY or "/var/tmp") as name:
        folder = Path(name)
        buildah = Buildah(folder)
        make_base(folder / "base", *PACKAGES)
        slim(folder / "base")
        base = buildah.image_of(folder / "base")
        volumes = [f"--volume={path}:{inside}" for path, inside in to_reach_an_index(folder).items()]
        buildah(
            *("bud", "--isolation=chroot", "--pull-never", "--format=docker", f"--build-arg=BASE={base}"),
            *(*volumes, f"--file={CONTAINERFILE}", "--tag=identity-cloud", str(ROOT)),
        )
        [told] = json.loads(buildah("images", "--json", "identity-cloud"))
        config = json.loads(buildah("inspect", "--type=image", "identity-cloud"))["Docker"]["config"]
        container = buildah("from", "--pull-never", "identity-cloud")
        subprocess.run(["cp", "-a", f"{buildah('mount', container)}/.", target], check=True)
        buildah("rm", container)
        return Image(_bytes(told["size"]), config, target)


class Buildah:
    """buildah, with a store of its own."""

    def __init__(self, folder: Path) -> None:
        self._command = [
            *("buildah", f"--root={folder}/store", f"--runroot={folder}/run", "--storage-driver=overlay"),
        ]
        self._environment = {**os.environ, "TMPDIR": str(folder), "BUILDAH_ISOLATION": "chroot"}

    def __call__(self, *arguments: str) -> str:
        done = subprocess.run(
            [*self._command, *arguments], env=self._environment, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout.strip()

    def image_of(self, folder: Path) -> str:
        """An image of one layer, of these files."""
        container = self("from", "scratch")
        self("add", "--quiet", container, str(folder), "/")
        self("commit", "--quiet", "--rm", container, "base")
        return "localhost/base"


def make_base(folder: Path, *packages: str) -> None:
    """Debian with these packages, from the mirror of this machine."""
    done = subprocess.run(
        [
            "debootstrap",
            "--variant=minbase",
            f"--include={','.join(packages)}",
            RELEASE,
            str(folder),
            mirror(),
        ],
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout[-2000:]


def slim(folder: Path) -> None:
    """Take out what Debian's slim Python image leaves out as well."""
    for part in [*NOT_SLIM, "dev", "proc", "sys"]:
        shutil.rmtree(folder / part)
        (folder / part).mkdir()
    for compiled in [*(folder / "usr").rglob("__pycache__")]:
        shutil.rmtree(compiled)


def to_reach_an_index(folder: Path) -> dict[str, str]:
    """What pip needs to know of this machine, laid over the base while the image is built."""
    listed, cache = (_pip(*asked) for asked in (("config", "list"), ("cache", "dir")))
    settings = {}
    for line in listed.splitlines():
        place, _, value = line.partition("=")
        name = place.rpartition(".")[2]
        if name in OF_THIS_MACHINE:
            settings[name] = value.strip("'")
    text = "\n".join(["[global]", *(f"{name} = {value}" for name, value in settings.items())])
    (folder / "pip.conf").write_text(text + "\n")
    certificates = {settings["cert"]: f"{settings['cert']}:ro"} if "cert" in settings else {}
    Path(cache).mkdir(parents=True, exist_ok=True)
    return {str(folder / "pip.conf"): "/etc/pip.conf:ro", cache: "/root/.cache/pip", **certificates}


def _pip(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "pip", *arguments], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _bytes(size: str) -> int:
    number, unit = size.split()
    return int(float(number) * {"KB": 1e3, "MB": 1e6, "GB": 1e9}[unit])
