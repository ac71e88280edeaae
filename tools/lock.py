"""Write ``requirements.lock``: what ``requirements.txt`` comes to, each with the hashes of its files. ``make lock``."""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS, LOCK = ROOT / "requirements.txt", ROOT / "requirements.lock"
HEAD = """\
# Written by `make lock` from requirements.txt, for pip install --require-hashes. Not to be changed by hand.
"""
# Nothing of the machine that it is made on: its index, its certificates and its folders are its own.
PIP_COMPILE = [
    *(sys.executable, "-m", "piptools", "compile", "--quiet", "--generate-hashes", "--strip-extras"),
    *("--no-header", "--no-annotate", "--no-config", "--no-reuse-hashes", "--allow-unsafe"),
    *("--no-emit-index-url", "--no-emit-find-links", "--no-emit-trusted-host", "--no-emit-options"),
]
_PINNED = re.compile(
    r"(?P<name>[A-Za-z0-9._-]+)(?:\[[^]]*\])?==(?P<version>[^\s;]+)\s*(?:;\s*(?P<marker>.+))?"
)


def main() -> None:
    """Resolve as if every marker held: what only some versions of Python need is locked for them as well."""
    text = REQUIREMENTS.read_text()
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "requirements.in"), Path(folder, "requirements.lock")
        source.write_text(re.sub(r"\s*;.*", "", text))
        command = [*PIP_COMPILE, "--output-file", str(target), str(source)]
        if subprocess.run(command, check=False).returncode:  # noqa: S603
            sys.exit("Not locked; the reason is above.")
        LOCK.write_text(HEAD + with_markers(target.read_text(), text))


def with_markers(lock: str, requirements: str) -> str:
    """The lock, in which each requirement has the marker that it has in ``requirements.txt``."""
    for found in filter(None, map(_PINNED.fullmatch, requirements.splitlines())):
        if marker := found["marker"]:
            pin = f"{found['name'].lower()}=={found['version']}"
            lock = re.sub(rf"^{re.escape(pin)} ", lambda _: f"{pin} ; {marker} ", lock, flags=re.M)  # noqa: B023
    return lock


if __name__ == "__main__":
    main()
