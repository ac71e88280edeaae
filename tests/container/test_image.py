"""The image: built from the tree, started as engines start it. Its base is made with debootstrap."""

from __future__ import annotations

import os
import time
from pathlib import Path

from tests.container.building import Image
from tests.container.running import Installation

PROXIED = {"Host": "keys.example.com", "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"}
MOST = 200_000_000  # bytes
TOOLS = {"pip", "pip3", "gcc", "cc", "make", "ld", "git", "curl", "ensurepip", "setuptools"}


def test_it_is_small(image: Image) -> None:
    assert image.size < MOST


def test_nothing_in_it_builds_or_installs(image: Image) -> None:
    places = (
        "usr/bin",
        "usr/local/bin",
        "usr/lib/python3.11",
        "venv/bin",
        "venv/lib/python3.11/site-packages",
    )
    found = [name for place in places for name in os.listdir(image.root / place)]
    assert "python3" in found
    assert TOOLS.isdisjoint(found)


def test_it_holds_what_it_serves_and_nothing_of_those_who_built_it(image: Image) -> None:
    app = image.root / "app"
    assert (app / "static/staticfiles.json").exists()
    assert {path.parts[-3] for path in app.glob("locale/*/LC_MESSAGES/django.mo")} == {"de", "fr"}
    assert sorted(os.listdir(app)) == [
        *(
            "accesskeys",
            "data",
            "deploy",
            "identity_cloud",
            "locale",
            "manage.py",
            "server",
            "static",
            "templates",
        ),
    ]
    assert os.readlink(app / "data") == "/data"
    assert list((image.root / "data").iterdir()) == []
    assert image.config["User"] == "10001:0"
    assert image.config["Volumes"] == {"/data": {}}


def test_nobody_can_write_what_it_runs(image: Image) -> None:
    for place in ("app", "venv"):
        for folder, folders, files in os.walk(image.root / place):
            for name in [*folders, *files]:
                path = Path(folder, name)
                state = path.lstat()
                assert path.is_symlink() or (state.st_uid == 0 and not state.st_mode & 0o022), path


def test_what_a_server_loads_was_compiled(installation: Installation, image: Image) -> None:
    told = installation.run(
        *("-v", "-c", "import identity_cloud.wsgi, server.workers"), entrypoint=["/venv/bin/python"]
    )
    assert told.returncode == 0, told.stderr[-2000:]
    lines = told.stderr.splitlines()
    assert any(line.startswith("# code object from '/venv") for line in lines)
    compiled_now = [
        line for line in lines if line.startswith(("# code object from /app", "# code object from /venv"))
    ]
    assert len(compiled_now) < 5, (
        compiled_now
    )  # What is tried, and lacks what it needs: a library may do without it.


def test_a_key_is_generated_and_verified_until_the_container_is_stopped(
    image: Image, installation: Installation
) -> None:
    generated = installation.run("generate_access_key", "billing")
    assert generated.returncode == 0, generated.stderr
    key = generated.stdout.strip()

    with installation.serve() as (server, name):
        passed = server.ask("GET", "/auth/verify/", headers={**PROXIED, "Authorization": f"Bearer {key}"})
        assert (passed.status, passed.headers["X-Access-Key-Name"]) == (200, "billing")
        assert server.ask("GET", "/auth/verify/", headers=PROXIED).status == 401
        page = server.ask("GET", "/accounts/login/", headers={**PROXIED, "Accept-Language": "de"})
        assert (page.status, b"Anmelden" in page.body) == (200, True)
        stylesheet = page.body.decode().split('rel="stylesheet" href="')[1].split('"')[0]
        assert server.ask("GET", stylesheet, headers=PROXIED).status == 200

        assert installation.exec(name, *image.config["Healthcheck"]["Test"][1:]).returncode == 0

        began = time.monotonic()
        installation.kill(name, "TERM")
        assert server.process.wait(20) == 0
        assert time.monotonic() - began < 10
    log = server.log.read_text()
    assert "Identity Cloud is on https://keys.example.com" in log
    assert key not in log


def test_any_command_of_manage_py_can_be_run(installation: Installation) -> None:
    assert installation.run("housekeeping").returncode == 0
    listed = installation.run("list_access_keys", "--json")
    assert (listed.returncode, listed.stderr) == (0, "")
    unknown = installation.run("rm")
    assert unknown.returncode == 1
    assert "Unknown command: 'rm'" in unknown.stderr


def test_it_can_speak_to_postgresql(installation: Installation) -> None:
    told = installation.run(
        "-c", "import psycopg; print(psycopg.pq.__impl__)", entrypoint=["/venv/bin/python"]
    )
    assert (told.returncode, told.stdout) == (0, "binary\n")


def test_the_root_cannot_be_written_to(installation: Installation) -> None:
    program = "import pathlib, sys; pathlib.Path(sys.argv[1], 'x').touch()"
    for folder in ("/app", "/venv", "/etc", "/"):
        refused = installation.run("-c", program, folder, entrypoint=["/venv/bin/python"])
        assert "Read-only file system" in refused.stderr
    assert installation.run("-c", program, "/tmp", entrypoint=["/venv/bin/python"]).returncode == 0


def test_plain_http_is_refused_with_a_sentence(installation: Installation) -> None:
    refused = installation.run(
        *("PUBLIC_URL=http://127.0.0.1:8000", "HOST=0.0.0.0"),
        *("/venv/bin/python", "deploy/container/entry.py", "serve"),
        entrypoint=["/usr/bin/env"],
    )
    assert refused.returncode == 1
    assert refused.stderr.splitlines()[-1].startswith("Not started: HOST is 0.0.0.0, and PUBLIC_URL is ")
