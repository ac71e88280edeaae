"""docs/deployment.md, as far as that goes without machines: tests/endurance follows its beginning on one."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.server.servers import ROOT

GUIDE = (ROOT / "docs/deployment.md").read_text()
BLOCKS = re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL)


def run(*command: str | Path, text: str | None = None) -> None:
    if shutil.which(command[0]) is None:
        pytest.skip(f"{command[0]} is not installed. Install it (Debian: apt-get install {command[0]}).")
    done = subprocess.run(command, input=text, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_shell_reads_each_block() -> None:
    assert len(BLOCKS) > 20
    for block in BLOCKS:
        run("bash", "-n", text=block)


def test_what_is_copied_or_started_is_there() -> None:
    units = {path.name for path in (ROOT / "deploy/systemd").iterdir()}
    assert set(re.findall(r"identity-cloud[a-z-]*\.(?:service|timer)", GUIDE)) <= units
    for file in re.findall(r"(?:deploy|tools)/[\w./-]+\w", GUIDE):
        assert (ROOT / file).exists(), file


def test_caddy_takes_what_it_is_given(tmp_path: Path) -> None:
    [console, inner] = re.findall(r"/etc/caddy/Caddyfile <<'END'\n(.*?)END\n", GUIDE, re.DOTALL)
    for text in (console + inner, console.replace("{\n", "{\n\ttls internal\n", 1) + inner):
        (tmp_path / "Caddyfile").write_text(text)
        run("caddy", "validate", "--adapter", "caddyfile", "--config", tmp_path / "Caddyfile")


def test_prometheus_takes_what_it_is_given(tmp_path: Path) -> None:
    [edit] = re.findall(r"^sed (.*?) prometheus\.yml > ", GUIDE, re.MULTILINE)
    [more] = re.findall(r"^sed -i (.*?) /etc/prometheus/prometheus\.yml$", GUIDE, re.MULTILINE)
    (tmp_path / "key").touch()
    shutil.copy(ROOT / "deploy/monitoring/alerts.yml", tmp_path)
    config = tmp_path / "prometheus.yml"
    shell = f"sed {edit} {ROOT}/deploy/monitoring/prometheus.yml > {config} && sed -i {more} {config}"
    run("bash", "-c", shell)
    text = config.read_text()
    assert 'targets: ["10.0.3.1:9464", "10.0.3.2:9464"]' in text
    assert "scheme: http\n" in text
    config.write_text(text.replace("/etc/prometheus/identity_cloud_key", str(tmp_path / "key")))
    run("promtool", "check", "config", config)
