"""``make test`` where not everything is there: said before, and skipped, and told in few lines."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.server.servers import ROOT

OURS = ("PYTEST_", "COV_", "TEST_DATABASE_URL")  # Of the run that this test is a part of.


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(OURS)}
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """An environment in which no program is found, and the tests have a scratch folder of their own."""
    return {"PATH": str(tmp_path), "TEST_SCRATCH": str(tmp_path), "NOTHING_SKIPPED": ""}


def test_the_preamble_names_what_is_missing_and_how_to_get_it(bare: dict[str, str]) -> None:
    done = run("-m", "tools.missing", **bare)

    assert (done.returncode, done.stderr) == (0, "")
    assert "\n  Chromium    pages in a browser\n" in done.stdout
    [command] = [line for line in done.stdout.splitlines() if "apt-get install" in line]
    assert {"chromium", "gettext", "caddy", "nodejs", "npm"} <= set(command.split())


def test_it_has_no_words_where_all_is_there(tmp_path: Path) -> None:
    for program in (
        "initdb",
        "chromium",
        "xgettext",
        "redis-server",
        "pgbouncer",
        "openssl",
        "curl",
        "nginx",
        "caddy",
        "haproxy",
        "age",
        "buildah",
        "debootstrap",
        "runc",
        "kubectl",
        "systemd-analyze",
        "oathtool",
        "node",
    ):
        (tmp_path / program).touch(mode=0o755)
    code = (
        "from tools import missing\n"
        "missing.NEEDS = [need for need in missing.NEEDS if need.debian and need.name != 'libatomic']\n"
        "missing.main(); missing.main('--coverage')"
    )
    done = run("-c", code, PATH=str(tmp_path))
    assert (done.returncode, done.stdout) == (0, "")


def test_coverage_is_held_to_its_limit_only_where_all_is_there(bare: dict[str, str]) -> None:
    assert run("-m", "tools.missing", "--coverage", **bare).stdout == "--fail-under=0\n"


def test_a_browser_test_without_a_browser_is_skipped_whatever_it_asks_for_first(bare: dict[str, str]) -> None:
    # Where there are no libraries for it, Playwright's driver does not start.
    done = run(
        *("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/browser/secrecy/test_secrecy.py"),
        PLAYWRIGHT_NODEJS_PATH="/bin/false",
        **bare,
    )
    assert done.returncode == 0, done.stdout
    lines = done.stdout.strip().splitlines()
    assert " error" not in lines[-1]
    assert " skipped in " in lines[-1]
    # One line for all of them.
    [line] = [line for line in lines if "Chromium is not installed" in line]
    number, reason = line.split(maxsplit=1)
    assert f"{number} skipped" in lines[-1]
    assert reason == "Chromium is not installed. Install it (Debian: apt-get install chromium) and run again."


def test_a_skipped_test_fails_a_run_in_which_nothing_may_be_skipped(bare: dict[str, str]) -> None:
    test = "tests/browser/secrecy/test_secrecy.py::test_the_profile_on_disk_holds_nothing_of_a_key"
    done = run("-m", "pytest", "-q", "-p", "no:cacheprovider", test, **bare | {"NOTHING_SKIPPED": "1"})
    assert done.returncode == 1
    assert "1 skipped in " in done.stdout
