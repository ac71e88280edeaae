"""The package of ``accesskeys`` for other Django projects, as an sdist and a wheel: ``python -m tools.packaging DIST``.

It is made in a folder of its own: in the tree, the translations lie beside the app, and much else does that is no part
of it.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.compile_messages import compile_messages

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "docs" / "package.md"
BUILD_SYSTEM = '[build-system]\nrequires = ["setuptools"]\nbuild-backend = "setuptools.build_meta"\n'


def main(target: Path) -> None:
    """Build both into this folder."""
    with tempfile.TemporaryDirectory() as folder:
        stage(Path(folder))
        command = [sys.executable, "-m", "build", "--no-isolation", "--outdir", str(target), folder]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        sys.exit(f"No package was built:\n{done.stdout}{done.stderr}")


def stage(folder: Path) -> None:
    """Lay out what is in the package."""
    inside = folder / "accesskeys"
    shutil.copytree(ROOT / "accesskeys", inside, ignore=shutil.ignore_patterns("__pycache__"))
    for source in ROOT.glob("locale/*/LC_MESSAGES/django.po"):
        copy = inside / source.relative_to(ROOT)
        copy.parent.mkdir(parents=True)
        shutil.copy2(source, copy)
        compile_messages(copy)
        copy.unlink()
    shutil.copy2(ROOT / "setup.cfg", folder)
    shutil.copy2(README, folder / "README.md")
    (folder / "MANIFEST.in").write_text("recursive-include accesskeys *.mo *.css *.js *.svg\n")
    (folder / "pyproject.toml").write_text(BUILD_SYSTEM)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
