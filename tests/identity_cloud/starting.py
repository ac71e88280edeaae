"""Start a copy of the product again and again, as its doors do, each time in a process of its own.

A program of its own, ``python starting.py FOLDER``, because the settings are read once in a process. It has loaded the
libraries, and forks for each start: that is what makes a thousand of them affordable. Reads starts as JSON, one a
line, and writes what came of each.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import sys
import tempfile
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path[0] = sys.argv[1]
# All that a start loads before it has read the settings.
LOADED = (
    "accesskeys.core.keyring",
    "accesskeys.core.networks",
    "accesskeys.core.rates",
    "csp.constants",
    "django.core.management.commands.check",
    "django.core.wsgi",
    "environ",
    "gunicorn.app.wsgiapp",
    "gunicorn.http.body",
    "identity_cloud",
    "manage",
    "psycopg",
)
for name in LOADED:
    importlib.import_module(name)


def _manage() -> None:
    import manage

    manage.main()


def _import() -> None:
    importlib.import_module("identity_cloud.settings")


def _serve() -> None:
    from gunicorn.app.wsgiapp import run

    run()


DOORS: dict[str, tuple[list[str], Callable[[], Any]]] = {
    "import": (["-c"], _import),
    "check": (["manage.py", "check"], _manage),
    "prepare": (["manage.py", "prepare"], _manage),
    "server": (["gunicorn", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi"], _serve),
}


def start(door: str, environment: dict[str, str], env_file: str | None) -> tuple[int, str]:
    """The exit code, and all that was said. The text of ``.env`` is Latin-1: any bytes."""
    if env_file is not None:
        Path(".env").write_bytes(env_file.encode("latin-1"))
    with tempfile.TemporaryFile() as said:
        pid = os.fork()
        if pid == 0:
            os.dup2(said.fileno(), 1)
            os.dup2(said.fileno(), 2)
            os.environ.clear()
            os.environ.update(environment)
            arguments, run = DOORS[door]
            sys.argv = arguments
            code = _run(run)
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
        _, status = os.waitpid(pid, 0)
        Path(".env").unlink(missing_ok=True)
        said.seek(0)
        return os.waitstatus_to_exitcode(status), said.read().decode("utf-8", "backslashreplace")


def _run(run: Callable[[], Any]) -> int:
    """Run it to its end, as Python itself ends."""
    try:
        run()
    except SystemExit as end:
        if not isinstance(end.code, str):
            return end.code or 0
        print(end.code, file=sys.stderr)
        return 1
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        return 1
    return 0


if __name__ == "__main__":
    os.chdir(sys.argv[1])
    gc.freeze()
    for line in sys.stdin:
        print(json.dumps(start(**json.loads(line))), flush=True)
