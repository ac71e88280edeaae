"""The doors that a server is started through, as they really are: no wrong setting is shown at any of them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from identity_cloud.settings.cores import usable_cores
from tests.server.servers import ROOT, Site
from tools.ports import free_port

GUNICORN = ("-m", "gunicorn", "-c", "server/gunicorn.conf.py", "identity_cloud.wsgi")
SERVER = ("-m", "server")


def run(site: Site, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=site.environment | {"PORT": str(free_port()), "LOG_LEVEL": "INFO"} | changes,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize("door", [GUNICORN, SERVER, ("manage.py", "prepare"), ("manage.py", "migrate")])
@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("DATABASE_URL", "postgres://u:hunter2/hunter2@localhost/db"),
        ("PORT", "hunter2"),
        ("WEB_THREADS", "hunter2"),
    ],
)
def test_one_sentence(site: Site, door: tuple[str, ...], setting: str, value: str) -> None:
    refused = run(site, *door, **{setting: value})
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith(f"Not started: {setting} ")
    assert refused.stderr.count("\n") == 1
    assert "hunter2" not in refused.stderr


@pytest.mark.parametrize("value", ["hunter2", "0", "1.5"])
def test_a_number_of_processes_that_is_none(site: Site, value: str) -> None:
    """gunicorn reads it as it is imported."""
    refused = run(site, *SERVER, WEB_CONCURRENCY=value)
    assert refused.returncode == 1
    assert refused.stderr == "Not started: WEB_CONCURRENCY must be a whole number from 1 to 9999.\n"


@pytest.mark.parametrize(
    ("how", "workers"),
    [({"WEB_CONCURRENCY": ""}, usable_cores()), ({"WEB_CONCURRENCY_FILE": "{folder}/three"}, 3)],
)
def test_arguments_are_for_gunicorn(site: Site, tmp_path: Path, how: dict[str, str], workers: int) -> None:
    (tmp_path / "three").write_text("3\n")
    settings = {"WEB_CONCURRENCY": ""} | {name: value.format(folder=tmp_path) for name, value in how.items()}
    printed = run(site, *SERVER, "--print-config", **settings)
    assert printed.returncode == 0, printed.stderr
    assert f"workers={workers}\n" in printed.stdout.replace(" ", "")
