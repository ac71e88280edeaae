"""Every setting, wrong in every way, at every door: a sentence that names it, exit code 1, not a slice of its value."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from identity_cloud.settings.environment import SETTINGS
from tests.helpers import master_key

ROOT = Path(__file__).resolve().parents[2]
SLICE = 8  # characters
SECRET = "".join(
    secrets.choice("ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789") for _ in range(43)
)

# What each setting may not be. Any text will do for those that are not here.
WRONG = {
    "PUBLIC_URL": [
        SECRET,
        f"https://{SECRET}@h",
        f"https://h/{SECRET}",
        f"https://*.{SECRET}.example",
        f"${SECRET}",
    ],
    "ACCESS_KEYS_MASTER_KEYS": [
        SECRET,
        f"k1:{SECRET}\u00e4",
        f"k1:{SECRET}AAAA",
        f":{SECRET}",
        f"k1:{SECRET},{SECRET}",
    ],
    "DATABASE_URL": [
        SECRET,
        f"${SECRET}",
        f"mysql://u:{SECRET}@h/db",
        *(f"postgres://u:{SECRET}{sign}{SECRET}@h/db" for sign in "/?#@[%"),
        f"postgres://u:p@h:{SECRET}/db",
        f"postgres://u:p@{SECRET}",
        f"postgres://u:p@h/db/{SECRET}",
        f"postgres://u:p@h/{SECRET * 2}",
        f"postgres://u:p@h/db?{SECRET}=1",
        f"postgres://u:p@h/db?{SECRET}",
        f"postgres://u:p@h/db?connect_timeout={SECRET}",
        f"postgres://u:\u2100{SECRET}@h:1:2/db",
        f"sqlite:////nowhere/{SECRET}/x.sqlite3",
        f"sqlite://{SECRET}/x.sqlite3",
        f"sqlite:////{SECRET * 9}/x.sqlite3",
        f"sqlite:////tmp/x.sqlite3?{SECRET}=1",
    ],
    "DATABASE_REPLICA_URL": [
        SECRET,
        f"sqlite:///{SECRET}",
        f"postgres://u:{SECRET}@h/n",
        f"postgres://u:{SECRET}@h,h/n",
        f"postgres://u:{SECRET}@h/n?{SECRET}=1",
    ],
    "REPLICA_LEASE_SECONDS": [SECRET, f"5{SECRET}"],
    "CACHE_URL": [
        SECRET,
        f"locmemcache://{SECRET}",
        *(f"redis://u:{SECRET}{sign}{SECRET}@h/0" for sign in "/?#@[%"),
        f"redis://h/{SECRET}",
        f"redis://h?{SECRET}=1",
        f"redis://h?socket_timeout={SECRET}",
        f"filecache://{SECRET}",
        f"filecache:///tmp/x?max_entries={SECRET}",
    ],
    "TRUSTED_PROXIES": [SECRET, f"10.0.0.0/8,{SECRET}", f"10.0.0.0/{SECRET}"],
    "BAD_KEY_LIMIT": [SECRET, f"60/{SECRET}"],
    "AUDIT_LOG_DAYS": [SECRET, f"400{SECRET}"],
    "DEFAULT_EXPIRY_DAYS": [SECRET, f"90{SECRET}"],
    "SECOND_FACTOR": [SECRET, f"required{SECRET}"],
    "LOG_LEVEL": [SECRET],
    "LOG_FORMAT": [SECRET, f"json{SECRET}"],
    "HSTS_PRELOAD": [SECRET],
    "HOST": [f"{SECRET}:8000", f"[{SECRET}]", f"http://{SECRET}"],
    "PORT": [SECRET, f"80{SECRET}", f"-{SECRET}"],
    "WEB_CONCURRENCY": [SECRET, f"1{SECRET}"],
    "WEB_THREADS": [SECRET],
    "ROLE": [SECRET],
    "OIDC_ISSUER": [SECRET, f"http://{SECRET}.example", f"https://{SECRET}@h", f"https://h/?{SECRET}"],
    # Each of them is refused where there is no provider.
    **{f"OIDC_{name}": [SECRET] for name in ("CLIENT_ID", "CLIENT_SECRET", "LABEL", "ROLES_CLAIM", "ROLES")},
    "PASSWORD_SIGN_IN": [SECRET],
    "HOUSEKEEPING": [SECRET],
    "BACKUP_RECIPIENTS": [SECRET, f"AGE-SECRET-KEY-1{SECRET.upper()}", f"age1{SECRET.lower()}"],
}
EARLY = tuple(name for name in SETTINGS if not name.startswith("DJANGO_SUPERUSER_"))
# Where the same code was asked already, every so many ways will do.
STEPS = {"prepare": 4, "import": 3}
NOT_UTF8 = f"{SECRET}\udcff"


class Start(NamedTuple):
    """One wrong way to start, and what has to be named."""

    environment: dict[str, str]
    env_file: str | None
    named: str


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The product in a folder of its own, so that it has a ``.env`` and a ``data/`` of its own."""
    folder = tmp_path_factory.mktemp("copy")
    for name in ("accesskeys", "identity_cloud", "server", "templates", "locale"):
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", folder)
    return folder


@pytest.fixture(scope="module")
def start(copy: Path) -> Iterator[Callable[[str, Start], tuple[int, str]]]:
    program = [sys.executable, ROOT / "tests" / "identity_cloud" / "starting.py", copy]
    with subprocess.Popen(
        program, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=copy
    ) as process:
        assert process.stdin
        assert process.stdout

        def start(door: str, how: Start) -> tuple[int, str]:
            order = {"door": door, "environment": right() | how.environment, "env_file": how.env_file}
            order["environment"] = {
                name: value for name, value in order["environment"].items() if value is not None
            }
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            code, said = json.loads(process.stdout.readline())
            return code, said

        yield start
        process.stdin.close()


def right() -> dict[str, Any]:
    """Settings that start."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "identity_cloud.settings",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SECRET_KEY": "s" * 50,
        "ACCESS_KEYS_MASTER_KEYS": MASTER_KEY,
        "STATIC_ROOT": os.environ["STATIC_ROOT"],
        "LOG_LEVEL": "INFO",
    }


MASTER_KEY = master_key("k1")


def in_the_environment(name: str, folder: Path) -> Iterator[Start]:
    for value in (*WRONG.get(name, ()), NOT_UTF8):
        yield Start({name: value}, None, name)
    yield Start({name: SECRET, f"{name}_FILE": f"/{SECRET}"}, None, name)


def in_a_file(name: str, folder: Path) -> Iterator[Start]:
    for path in (f"/{SECRET}", SECRET * 9, f"{folder}/manage.py/{SECRET}", str(folder), "/dev/zero"):
        yield Start({name: None, f"{name}_FILE": path}, None, f"{name}_FILE")
    wrong = (value.encode() for value in WRONG.get(name, ()))
    for position, content in enumerate(
        (*wrong, NOT_UTF8.encode("utf-8", "surrogateescape"), b"\n", b"\0" + SECRET.encode())
    ):
        file = folder / f"{name}-{position}"
        file.write_bytes(content)
        yield Start({name: None, f"{name}_FILE": str(file)}, None, f"{name}_FILE")


def in_the_env_file(name: str, folder: Path) -> Iterator[Start]:
    lines = [
        f"{name} {SECRET}",
        f"{name}: {SECRET}",
        f"export {name} {SECRET}",
        f"{name}='{SECRET}",
        f'{name}="{SECRET}\\n"',
        f"{name}={SECRET} # {SECRET}",
        f"{name}={SECRET}\0",
        f"{name}={SECRET}\n{name}={SECRET}",
        *(f"export {name} = '{value}'" for value in WRONG.get(name, ())[:3]),
    ]
    for line in lines:
        number = line.count("\n") + 3
        yield Start(
            {name: None},
            f"\ufeff# {SECRET}\r\n\n{line}".encode().decode("latin-1"),
            f"{name} (line {number} of .env)",
        )
    yield Start({name: None}, f"{name}={SECRET}\n# \xe4", "Line 2 of .env")
    yield Start({name: None}, f"{SECRET}\n{name}=1", "Line 1 of .env")
    yield Start({name: None}, f"{name}={SECRET}".encode("utf-16").decode("latin-1"), "Line 1 of .env")


def refused(code: int, said: str, named: str) -> None:
    """One sentence, whose subject is the setting, and nothing of the value."""
    assert code == 1, said
    assert named in said
    assert said.count("\n") == 1
    assert said.endswith(".\n")
    shows_nothing(said)


def shows_nothing(said: str) -> None:
    assert not [part for part in range(len(SECRET) - SLICE + 1) if SECRET[part : part + SLICE] in said], said


def test_right_settings_start(start: Any) -> None:
    assert start("check", Start({}, None, "")) == (0, "System check identified no issues (0 silenced).\n")
    assert start("prepare", Start({}, None, ""))[0] == 0


@pytest.mark.parametrize(
    ("environment", "env_file"),
    [
        ({"SECRET_KEY": None}, f"\ufeffexport SECRET_KEY = '{SECRET}'\r\n"),
        ({"SECRET_KEY": None, "SECRET_KEY_FILE": ""}, f"SECRET_KEY={SECRET}"),
        ({}, f"SECRET_KEY_FILE=/{SECRET}"),
        ({"TRUSTED_PROXIES": ""}, f"TRUSTED_PROXIES={SECRET}"),
        ({"LOG_LEVEL": None}, "LOG_LEVEL=info\nSOMETHING_ELSE=$HOME\n"),
    ],
    ids=["as people write it", "an empty file name", "a file beside", "an empty value", "other names"],
)
def test_the_environment_wins(start: Any, environment: dict[str, Any], env_file: str) -> None:
    code, said = start("check", Start(environment, env_file.encode().decode("latin-1"), ""))
    assert (code, said) == (0, "System check identified no issues (0 silenced).\n")


@pytest.mark.parametrize("way", [in_the_environment, in_a_file, in_the_env_file])
@pytest.mark.parametrize("door", ["check", "prepare", "server"])
def test_at_every_door(
    start: Any, copy: Path, door: str, way: Callable[[str, Path], Iterator[Start]]
) -> None:
    for name in EARLY:
        for how in islice(way(name, copy), 0, None, STEPS.get(door, 1)):
            refused(*start(door, how), how.named)


@pytest.mark.parametrize("way", [in_the_environment, in_a_file, in_the_env_file])
def test_whoever_imports_the_settings_sees_nothing_either(
    start: Any, copy: Path, way: Callable[[str, Path], Iterator[Start]]
) -> None:
    for name in EARLY:
        for how in islice(way(name, copy), 0, None, STEPS["import"]):
            code, said = start("import", how)
            assert code == 1
            assert said.strip().splitlines()[-1].startswith("django.core.exceptions.ImproperlyConfigured: ")
            assert how.named in said.strip().splitlines()[-1]
            shows_nothing(said)
