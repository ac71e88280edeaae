"""The package, installed into an environment of its own, without a network, and used by the example's project."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Callable
from configparser import ConfigParser
from importlib.metadata import distribution
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from accesskeys import __version__
from tests.helpers import master_key
from tests.server.servers import ROOT
from tools import packaging

Run = Callable[..., str]
# What of its imports is not the name under which it is installed.
INSTALLED_AS = {"rest_framework": "djangorestframework"}


@pytest.fixture(scope="module")
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    packaging.main(folder)
    return folder


@pytest.fixture(scope="module")
def run(dist: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Python with the package, in the folder of a project that has never seen the tree."""
    folder = tmp_path_factory.mktemp("elsewhere")
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "venv"], check=True)
    python = folder / "venv/bin/python"
    [wheel] = dist.glob("*.whl")
    subprocess.run(
        [
            sys.executable,
            "-m",
            "pip",
            "--python",
            python,
            "install",
            "--quiet",
            "--no-deps",
            "--no-index",
            wheel,
        ],
        check=True,
    )
    [site] = folder.glob("venv/lib/*/site-packages")
    lay_beside(site)
    shutil.copytree(
        ROOT / "examples/django_drf", folder / "project", ignore=shutil.ignore_patterns("*.sqlite3")
    )
    environment = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ACCESS_KEYS_MASTER_KEYS": master_key("k1"),
        "DJANGO_SETTINGS_MODULE": "orders.settings",
        "DATABASE": str(folder / "orders.sqlite3"),
    }

    def run(*arguments: str) -> str:
        done = subprocess.run(
            [python, *arguments],
            cwd=folder / "project",
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    run("manage.py", "migrate", "--verbosity=0")
    return run


def lay_beside(site: Path) -> None:
    """What the package asks for, and what that needs, as it is installed here; and nothing else."""
    left, found = required(), set[str]()
    while left:
        asked = left.pop()
        here = distribution(asked.name)
        found.add(canonicalize_name(asked.name))
        for top in {Path(file).parts[0] for file in here.files or ()} - {"..", "__pycache__"}:
            if not (site / top).exists():
                (site / top).symlink_to(here.locate_file(top))
        for child in map(Requirement, here.requires or ()):
            wanted = [{"extra": extra} for extra in asked.extras | {""}]
            if child.marker is None or any(map(child.marker.evaluate, wanted)):
                left += [child] if canonicalize_name(child.name) not in found else []


def required(extra: str = "") -> list[Requirement]:
    """What ``setup.cfg`` asks for, or asks for besides, for an extra."""
    config = ConfigParser()
    config.read(ROOT / "setup.cfg")
    text = config["options.extras_require"][extra] if extra else config["options"]["install_requires"]
    return [Requirement(line) for line in text.strip().splitlines()]


def test_it_is_what_is_imported(run: Run) -> None:
    told = run("-c", "import accesskeys; print(accesskeys.__version__, accesskeys.__file__)").split()
    assert told[0] == __version__
    assert "/elsewhere" in told[1]


def test_a_key_opens_a_view_until_it_is_revoked(run: Run) -> None:
    key = run("manage.py", "generate_access_key", "shop", "--scope=orders:read")
    ask = (
        "import django, sys; django.setup(); from django.test import Client; "
        "headers = {'host': '127.0.0.1', 'authorization': 'Bearer ' + sys.argv[1]}; "
        "print(Client(headers=headers).get('/orders/').status_code)"
    )
    assert run("-c", ask, key) == "200"
    run("manage.py", "revoke_access_key", "shop", "--no-input")
    assert run("-c", ask, key) == "401"


def test_its_migrations_are_in_it(run: Run) -> None:
    assert run("manage.py", "makemigrations", "--check", "--dry-run") == "No changes detected"
    here = {path.stem for path in (ROOT / "accesskeys/migrations").glob("0*.py")}
    there = run("manage.py", "showmigrations", "accesskeys", "--plan").split()
    assert {word.removeprefix("accesskeys.") for word in there if word.startswith("accesskeys.")} == here


def test_it_speaks_german_and_french(run: Run) -> None:
    ask = (
        "import django; django.setup(); from django.apps import apps; from django.utils.translation import override\n"
        "for language in ('en', 'de', 'fr'):\n"
        "    with override(language): print(apps.get_app_config('accesskeys').verbose_name)"
    )
    assert len(set(run("-c", ask).splitlines())) == 3


def test_its_static_files_are_in_it_and_the_sdist_holds_the_same(dist: Path) -> None:
    [wheel], [sdist] = dist.glob("*.whl"), dist.glob("*.tar.gz")
    with zipfile.ZipFile(wheel) as archive:
        built = {name for name in archive.namelist() if name.startswith("accesskeys/")}
        everything = set(archive.namelist())
    with tarfile.open(sdist) as archive:
        source = {name.partition("/")[2] for name in archive.getnames() if "/accesskeys/" in name}
    files = {
        path for path in ROOT.glob("accesskeys/**/*") if path.is_file() and path.suffix not in {".pyc", ".mo"}
    }
    assert built - {f"accesskeys/locale/{language}/LC_MESSAGES/django.mo" for language in ("de", "fr")} == {
        str(path.relative_to(ROOT)) for path in files
    }
    assert built <= source
    assert {name.partition("/")[0] for name in everything if ".dist-info" not in name} == {"accesskeys"}


def test_it_asks_for_what_it_imports_and_for_no_more_than_is_tested() -> None:
    asked = {canonicalize_name(each.name): each.specifier for each in [*required(), *required("api")]}
    pinned = {}
    for file in ("requirements.txt", "requirements-dev.txt"):
        for line in (ROOT / file).read_text().splitlines():
            if found := re.match(r"([A-Za-z0-9._-]+)(?:\[.*\])?==([^\s;]+)", line):
                pinned[canonicalize_name(found[1])] = found[2]
    for name, specifier in asked.items():
        assert specifier.contains(pinned[name]), name
    imported = set()
    for path in ROOT.glob("accesskeys/**/*.py"):
        imported |= set(re.findall(r"^\s*(?:from|import) (\w+)", path.read_text(), re.M))
    outside = imported - set(sys.stdlib_module_names) - {"accesskeys"}
    names = {canonicalize_name(INSTALLED_AS.get(name, name)) for name in outside}
    assert {name for name in names if name in pinned} <= asked.keys()
