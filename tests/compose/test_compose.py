"""The compose file and what it mounts, held against the schema, against Caddy, and against what the settings take."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.server.servers import ROOT

COMPOSE = ROOT / "deploy/compose"
SERVICES: dict[str, dict[str, Any]] = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["services"]
OURS = ("identity-cloud", "migrate", "example")


def run(*command: object, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(part) for part in command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the script writes."""
    folder = tmp_path_factory.mktemp("compose")
    shutil.copy2(COMPOSE / "write_secrets.py", folder)
    done = run(sys.executable, folder / "write_secrets.py")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return folder / "secrets"


def test_it_is_a_compose_file() -> None:
    program = Path(sys.executable).parent / "check-jsonschema"
    done = run(program, "--builtin-schema", "vendor.compose-spec", COMPOSE / "compose.yaml")
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", SERVICES)
def test_every_service_gives_up_what_it_does_not_need(name: str) -> None:
    service = SERVICES[name]
    assert service["security_opt"] == ["no-new-privileges:true"]
    if name != "postgres":  # It changes its account, and writes beside its data.
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    assert not service.get("privileged")
    assert ("ports" in service) == (name == "caddy")


def test_every_service_that_others_wait_for_can_say_that_it_is_well() -> None:
    for service in SERVICES.values():
        for other, wait in service.get("depends_on", {}).items():
            if (
                wait["condition"] == "service_healthy" and other not in OURS
            ):  # Ours says so in its Containerfile.
                assert "test" in SERVICES[other]["healthcheck"]


def test_the_application_and_the_database_are_reached_by_those_alone_who_have_to() -> None:
    on = {name: set(service["networks"]) for name, service in SERVICES.items()}
    assert {name for name in on if "application" in on[name]} == {"caddy", "example"}
    assert {name for name in on if "back" in on[name]} == {"identity-cloud", "migrate", "postgres", "redis"}
    assert on["example"] == {"application"}
    assert on["postgres"] == on["redis"] == {"back"}


def test_the_proxy_that_is_trusted_is_caddy() -> None:
    address = SERVICES["caddy"]["networks"]["front"]["ipv4_address"]
    assert SERVICES["identity-cloud"]["environment"]["TRUSTED_PROXIES"] == f"{address}/32"


def test_no_secret_is_in_it(secrets: Path) -> None:
    named = yaml.safe_load((COMPOSE / "compose.yaml").read_text())["secrets"]
    assert {Path(entry["file"]).name for entry in named.values()} == set(os.listdir(secrets))
    for service in SERVICES.values():
        for name in service.get("environment", {}):
            assert not re.search("KEY|PASSWORD|URL", name) or name.endswith("_FILE") or name == "PUBLIC_URL"


def test_the_secrets_are_taken_by_the_settings(secrets: Path) -> None:
    environment = SERVICES["identity-cloud"]["environment"]
    given = {
        name: str(secrets / Path(value).name) for name, value in environment.items() if name.endswith("_FILE")
    }
    others = ("SECRET_KEY", "ACCESS_KEYS_MASTER_KEYS", "DATABASE_URL", "CACHE_URL")
    done = run(
        *(
            sys.executable,
            "-c",
            "from identity_cloud.settings import CACHES, DATABASES; print(DATABASES, CACHES)",
        ),
        **{"PUBLIC_URL": "https://keys.example.com", "PYTHONPATH": str(ROOT), **dict.fromkeys(others, "")},
        **given,
    )
    assert done.returncode == 0, done.stderr
    assert "'HOST': 'postgres'" in done.stdout
    password = (secrets / "postgres_password").read_text().strip()
    assert f"'PASSWORD': '{password}'" in done.stdout
    assert (secrets / "redis.conf").read_text().split()[1] in done.stdout


def test_the_secrets_are_for_their_owner_and_are_written_once(secrets: Path) -> None:
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
    before = {path.name: path.read_text() for path in secrets.iterdir()}
    again = run(sys.executable, secrets.parent / "write_secrets.py")
    assert again.returncode == 1
    assert again.stderr.startswith("Nothing was written: ")
    assert {path.name: path.read_text() for path in secrets.iterdir()} == before


def test_caddy_takes_its_file(tmp_path: Path) -> None:
    caddy = shutil.which("caddy")
    if caddy is None:
        pytest.skip("Caddy is not installed. Install it (Debian: apt-get install caddy) and run again.")
    shutil.copy2(COMPOSE / "Caddyfile", tmp_path)
    shutil.copy2(ROOT / "deploy/gateways/caddy/Caddyfile", tmp_path / "access_keys.caddy")
    hosts = {"CONSOLE_HOST": "keys.example.com", "API_HOST": "api.example.com"}
    given = SERVICES["caddy"]["environment"]
    environment = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: hosts[found[1]], value)
        for name, value in given.items()
    }
    home = {"HOME": str(tmp_path), "XDG_DATA_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    file = tmp_path / "Caddyfile"
    valid = run(caddy, "validate", "--config", file, **environment, **home)
    assert valid.returncode == 0, valid.stderr
    adapted = run(caddy, "adapt", "--config", file, **environment, **home).stdout
    for part in (
        "keys.example.com",
        "api.example.com",
        "identity-cloud:8000",
        "example:9000",
        "/auth/verify/",
    ):
        assert part in adapted
    assert "127.0.0.1:8000" not in adapted
    assert "127.0.0.1:9000" not in adapted


def test_the_example_is_built_as_others_would_write_it() -> None:
    done = run(Path(sys.executable).parent / "hadolint", ROOT / "examples/fastapi/Containerfile")
    assert (done.returncode, done.stdout) == (0, "")
    pinned = dict(
        line.split("==") for line in (ROOT / "requirements-dev.txt").read_text().split() if "==" in line
    )
    written = (ROOT / "examples/fastapi/Containerfile").read_text()
    for name in ("fastapi", "uvicorn"):
        assert f"{name}=={pinned[name]}" in written
