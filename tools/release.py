"""``make release``: everything that a release consists of, in ``dist/``. It tags nothing and pushes nothing.

The version is ``accesskeys.__version__``. Run again, it makes the same once more.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

from accesskeys import __version__
from tools import changelog, packaging

ROOT = Path(__file__).resolve().parents[1]
CHANGELOG = ROOT / "CHANGELOG.md"
ENGINES = ("podman", "docker", "buildah")
SUMS = "SHA256SUMS"


def main(*words: str) -> None:
    """Cut the changelog, then build the package, the list of what is inside, and the image."""
    parser = argparse.ArgumentParser(prog="make release", description="Make all of a release in dist/.")
    parser.add_argument("--target", type=Path, default=ROOT / "dist")
    parser.add_argument("--changelog", type=Path, default=CHANGELOG)
    parser.add_argument("--without-image", action="store_true", help="where no engine is at hand")
    asked = parser.parse_args(words)
    check_version()
    target: Path = asked.target
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    cut_changelog(asked.changelog, target / "NOTES.md")
    packaging.main(target)
    shutil.copy2(ROOT / "requirements.lock", target)
    list_components(target / "sbom.cdx.json")
    if not asked.without_image:
        build_image(target / "image")
    write_sums(target)
    print(f"{__version__} is in {target}. Read NOTES.md, commit CHANGELOG.md, and tag it v{__version__}.")


def check_version() -> None:
    """What names a version names this one."""
    if re.fullmatch(r"(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}", __version__) is None:
        sys.exit(f"Not released: {__version__} is no version such as 1.2.3. Change accesskeys/__init__.py.")
    kustomization = (ROOT / "deploy/kubernetes/kustomization.yaml").read_text()
    if f"newTag: {__version__}\n" not in kustomization:
        sys.exit(
            f"Not released: deploy/kubernetes/kustomization.yaml names another version than {__version__}."
        )


def cut_changelog(file: Path, notes: Path) -> None:
    """Put the version over what was unreleased, and its part beside the rest."""
    try:
        text = changelog.cut(file.read_text(), __version__, time.strftime("%Y-%m-%d", time.gmtime()))
    except changelog.NothingToCut as error:
        sys.exit(f"Not released: {error}")
    file.write_text(text)
    notes.write_text(changelog.notes(text, __version__))


def list_components(file: Path) -> None:
    """A software bill of materials (CycloneDX) of what the lock names: what the image and an installation hold."""
    _run(
        *(sys.executable, "-m", "cyclonedx_py", "requirements", "--output-reproducible", "--of", "JSON"),
        *("--output-file", str(file), str(ROOT / "requirements.lock")),
    )
    listed = json.loads(file.read_text())
    listed["metadata"]["component"] = {
        "type": "application",
        "name": "identity-cloud",
        "version": __version__,
    }
    file.write_text(json.dumps(listed, indent=2, sort_keys=True) + "\n")


def build_image(target: Path) -> None:
    """Build it, and put it into an archive. ``ENGINE`` names another than is found first, ``BASE`` another base."""
    engine = os.environ.get("ENGINE") or next(filter(shutil.which, ENGINES), None)
    if engine is None:
        sys.exit("Not released: there is no podman, docker or buildah. Without an image: --without-image.")
    name = f"identity-cloud:{__version__}"
    base = [f"--build-arg=BASE={os.environ['BASE']}"] if os.environ.get("BASE") else []
    options = [] if engine == "docker" else ["--format=docker"]
    label = f"--label=org.opencontainers.image.version={__version__}"
    _run(engine, "build", *options, *base, label, "-f", "deploy/container/Containerfile", "-t", name, ".")
    archive = f"{target}-{__version__}.tar"
    if engine == "buildah":
        _run(engine, "push", name, f"docker-archive:{archive}:{name}")
    else:
        _run(engine, "save", "--output", archive, name)


def write_sums(target: Path) -> None:
    """What ``sha256sum --check`` holds the files against."""
    files = sorted(path for path in target.iterdir() if path.is_file())
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (target / SUMS).write_text("".join(lines))


def _run(*command: str) -> None:
    if subprocess.run(command, cwd=ROOT, check=False).returncode:  # noqa: S603
        sys.exit(f"Not released: {command[0]} failed; the reason is above.")


if __name__ == "__main__":
    main(*sys.argv[1:])
