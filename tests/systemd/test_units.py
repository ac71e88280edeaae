"""The units, read by systemd itself: what it makes of them, and how much of the machine is left to the service."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from configparser import RawConfigParser
from pathlib import Path

import pytest

from identity_cloud.settings.environment import SETTINGS
from tests.server.servers import ROOT

UNITS = ROOT / "deploy/systemd"
SERVICES = ("identity-cloud", "identity-cloud-backup", "identity-cloud-housekeeping")
MOST = 20  # tenths of an exposure level, of 100

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def systemd(tmp_path: Path) -> Run:
    """A program of systemd's, in a folder with the units, as if the product lay where they say."""
    for file in UNITS.iterdir():
        (tmp_path / file.name).write_text(file.read_text().replace("/opt/identity-cloud", str(ROOT)))

    def run(program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        if shutil.which(program) is None:
            pytest.skip(
                "systemd is not installed. Install it (Debian: apt-get install systemd) and run again."
            )
        return subprocess.run(
            [program, *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
        )

    return run


def lines(name: str) -> list[tuple[str, str]]:
    """What a unit says, in order."""
    text = (UNITS / name).read_text()
    return [
        (key, value)
        for key, _, value in (line.partition("=") for line in text.splitlines())
        if re.fullmatch(r"[A-Z][A-Za-z]+", key)
    ]


def test_systemd_has_nothing_to_say_about_them(systemd: Run) -> None:
    names = sorted(path.name for path in UNITS.iterdir() if path.suffix in {".service", ".timer"})
    assert len(names) == 5
    verified = systemd("systemd-analyze", "verify", "--man=no", *(f"./{name}" for name in names))
    assert (verified.returncode, verified.stderr) == (0, "")


@pytest.mark.parametrize("service", SERVICES)
def test_little_of_the_machine_is_left_to_them(systemd: Run, service: str) -> None:
    asked = systemd(
        *("systemd-analyze", "security", "--offline=true", f"--threshold={MOST}", f"./{service}.service"),
    )
    assert asked.returncode == 0, asked.stdout[-500:]


def test_all_are_held_in_the_same_way() -> None:
    """What is behind the state directory is about the sandbox, and what is before about settings."""

    def sandbox(name: str) -> list[tuple[str, str]]:
        said = lines(f"{name}.service")
        return [
            line for line in said[said.index(("StateDirectory", "identity-cloud")) :] if line[0] != "WantedBy"
        ]

    def settings(name: str) -> list[tuple[str, str]]:
        kept = {"User", "WorkingDirectory", "LoadCredential", "Environment", "EnvironmentFile"}
        return [line for line in lines(f"{name}.service") if line[0] in kept]

    for service in SERVICES[1:]:
        assert sandbox("identity-cloud") == sandbox(service)
        assert settings("identity-cloud") == settings(service)


def test_the_database_is_brought_up_to_date_before_the_start() -> None:
    said = dict(lines("identity-cloud.service"))
    assert said["ExecStartPre"].endswith("/python manage.py migrate --verbosity 0")
    assert said["ExecStart"].endswith("/python -m server")
    assert (said["Restart"], said["RestartSec"], said["StartLimitIntervalSec"]) == ("on-failure", "1", "0")
    assert int(said["TimeoutStopSec"]) > 20  # The server lets requests end for so long.


def test_no_secret_stands_in_a_unit_and_every_setting_is_one() -> None:
    for name in [*(f"{service}.service" for service in SERVICES), "environment.example"]:
        text = (UNITS / name).read_text()
        said = re.findall(r"\b([A-Z][A-Z_]+)=", text)
        ours = [setting for setting in said if not setting.startswith("PYTHON")]
        assert ours
        assert {setting if setting in SETTINGS else setting.removesuffix("_FILE") for setting in ours} <= set(
            SETTINGS
        )
        assert not {"SECRET_KEY", "ACCESS_KEYS_MASTER_KEYS"} & set(ours)


def test_the_account_is_made(systemd: Run, tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = systemd("systemd-sysusers", f"--root={tmp_path}", str(UNITS / "identity-cloud.sysusers"))
    assert made.returncode == 0, made.stderr
    account = (tmp_path / "etc/passwd").read_text().split(":")
    assert (account[0], account[5]) == ("identity-cloud", "/var/lib/identity-cloud")
    assert account[6].strip().endswith("nologin")


def test_housekeeping_comes_every_day() -> None:
    timer = RawConfigParser(strict=False)
    timer.read(UNITS / "identity-cloud-housekeeping.timer")
    assert timer["Timer"]["OnCalendar"] == "daily"
    assert timer["Timer"]["Persistent"] == "yes"
    assert dict(lines("identity-cloud-housekeeping.service"))["ExecStart"].endswith("manage.py housekeeping")


def asked_of_systemd(folder: Path, **environment: str) -> list[str]:
    """With a stand-in for systemd-run, which says what it was asked: no systemd runs where the tests do."""
    stand_in = folder / "systemd-run"
    stand_in.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    stand_in.chmod(0o755)
    done = subprocess.run(
        ["/bin/sh", UNITS / "identity-cloud", "rename_access_key", "a b", "$c"],
        env={"PATH": f"{folder}:/usr/bin:/bin", **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    return done.stdout.splitlines()


def test_a_command_may_have_other_settings(tmp_path: Path) -> None:
    said = asked_of_systemd(tmp_path, SETTINGS="/etc/identity-cloud/re hearsal")
    assert [word for word in said if "EnvironmentFile" in word] == [
        "--property=EnvironmentFile=/etc/identity-cloud/re hearsal"
    ]


def test_a_backup_comes_every_night_and_leaves_what_is_young() -> None:
    timer = RawConfigParser(strict=False)
    timer.read(UNITS / "identity-cloud-backup.timer")
    assert timer["Timer"]["OnCalendar"] == "02:00"
    assert timer["Timer"]["Persistent"] == "yes"
    said = dict(lines("identity-cloud-backup.service"))
    assert 'manage.py backup "/var/backups/identity-cloud/$$(date ' in said["ExecStart"]
    assert said["ExecStartPost"].endswith("/find /var/backups/identity-cloud -name *.age -mtime +30 -delete")
    assert said["ReadWritePaths"] == "/var/backups/identity-cloud"


def test_a_command_runs_as_the_service_does(tmp_path: Path) -> None:
    said = asked_of_systemd(tmp_path)
    assert said[-5:] == [
        "/opt/identity-cloud/.venv/bin/python",
        "manage.py",
        "rename_access_key",
        "a b",
        "$c",
    ]
    assert "--pipe" in said
    unit = next(word for word in said if word.startswith("--unit=")).removeprefix("--unit=")
    assert f"--setenv=SECRET_KEY_FILE=/run/credentials/{unit}.service/secret_key" in said
    for key, value in lines("identity-cloud.service"):
        if key in {
            "User",
            "UMask",
            "LoadCredential",
            "EnvironmentFile",
            "StateDirectory",
            "StateDirectoryMode",
        }:
            assert f"--property={key}={value}" in said
        if key == "Environment":
            names = {pair.partition("=")[0] for pair in value.split()} - {"PYTHONUNBUFFERED"}
            assert names <= {word.removeprefix("--setenv=").partition("=")[0] for word in said}
