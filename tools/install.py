"""Install into ``.venv`` what a file of requirements names, whole or not at all. Needs nothing installed itself.

python3 -m tools.install requirements.txt "what the console needs"
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import time
from pathlib import Path

from identity_cloud.paths import unusable

VENV = Path(".venv")
UNFINISHED = VENV / ".unfinished"  # There while something is put in. Whoever finds it starts over.
PIP = [str(VENV / "bin" / "python"), "-m", "pip", "install", "--disable-pip-version-check"]

TOO_OLD = (
    "Python 3.11 or later is needed, and this is {version}. Name another one: make run PYTHON=python3.12"
)
NO_VENV = "Python's venv is missing. Install it and run make again; on Debian and Ubuntu: apt-get install python3-venv"
NO_PACKAGES = "What {file} names could not be installed; the reason is above. Run make again to go on."


def main(file: str, purpose: str) -> None:
    """Ends the process with a sentence where it cannot be done. What was whole before stays so."""
    if sys.version_info < (3, 11):  # noqa: UP036  Nobody has looked before.
        _stop(TOO_OLD.format(version=".".join(map(str, sys.version_info[:3]))))
    if UNFINISHED.exists():
        shutil.rmtree(VENV.resolve())
    has_pip = (VENV / "bin" / "pip").exists()
    # Debian keeps it in a package of its own, and venv would notice half way.
    if not has_pip and importlib.util.find_spec("ensurepip") is None:
        _stop(NO_VENV)
    is_fresh, done = not VENV.exists(), False
    try:
        VENV.mkdir(exist_ok=True)
        print(f"Installing {purpose}: a minute or two.", flush=True)
        done = (has_pip or _make_venv()) and _install(file)
    except OSError as error:
        _stop(unusable(error))
    except KeyboardInterrupt:
        _stop("Interrupted. Run make again to go on.")
    finally:
        if is_fresh and not done:
            shutil.rmtree(VENV, ignore_errors=True)
    if not done:
        _stop(NO_PACKAGES.format(file=file))


def _make_venv() -> bool:
    UNFINISHED.touch()
    command = [sys.executable, "-m", "venv", str(VENV)]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603


def _install(file: str) -> bool:
    """Run pip, and count on a terminal what it has come to. Until it says so, it has changed nothing."""
    began, found = time.monotonic(), 0
    with subprocess.Popen([*PIP, "-r", file], stdout=subprocess.PIPE, text=True) as pip:  # noqa: S603
        for line in pip.stdout or ():
            if line.startswith("Collecting "):
                found += 1
                _show(f"  {found} packages: {line.split()[1]}")
            elif line.startswith("Installing collected packages"):
                UNFINISHED.touch()
                _show(f"  {found} packages: putting them in place")
    _show("")
    if pip.returncode == 0:
        UNFINISHED.unlink(missing_ok=True)
        print(f"Installed in {time.monotonic() - began:.0f} seconds.", flush=True)
    return pip.returncode == 0


def _show(text: str) -> None:
    """One line that changes, for a person who waits."""
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns - 1
        print(f"\r{text[:width]:<{width}}\r", end="", flush=True)


def _stop(sentence: str) -> None:
    sys.exit(f"Not installed: {sentence}")


if __name__ == "__main__":
    main(*sys.argv[1:])
