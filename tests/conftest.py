from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command
from django.utils import translation
from filelock import FileLock
from hypothesis import settings as hypothesis_settings

from accesskeys.core.rates import Rate
from accesskeys.operations import allowance
from accesskeys.operations.actors import Actor

# Half of the usual examples: most of them ask the database. One that takes long says nothing about the code.
hypothesis_settings.register_profile("identity_cloud", max_examples=50, deadline=None, print_blob=True)
hypothesis_settings.load_profile("identity_cloud")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """On SQLite, a file: the database in memory has other locks than the one that people run."""
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
        database["TEST"]["NAME"] = f"{os.environ['TEST_SCRATCH']}/test-{worker}.sqlite3"


@pytest.fixture(scope="session", autouse=True)
def collected_static_files() -> None:
    """The pages name their static files by hash, as in production."""
    Path(settings.STATIC_ROOT).mkdir(exist_ok=True)
    with FileLock(f"{settings.STATIC_ROOT}.lock"):
        if not (Path(settings.STATIC_ROOT) / "staticfiles.json").exists():
            call_command("collectstatic", interactive=False, verbosity=0)


@pytest.fixture(scope="session")
def command() -> Actor:
    """An administrator at a shell, who may do everything."""
    return Actor.for_command()


@pytest.fixture(autouse=True)
def every_refusal_is_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    """All tests come from one address, and their operators have the same few numbers."""
    monkeypatch.setattr(allowance, "OF_AN_ACTOR", Rate(1_000_000, 3600))
    monkeypatch.setattr(allowance, "OF_AN_ADDRESS", Rate(1_000_000, 3600))


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    """A request in another language leaves the thread in it, and the next test would read its sentences."""
    with translation.override("en"):
        yield
