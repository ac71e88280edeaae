from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.cache import caches
from django.core.management import call_command
from django.test import override_settings
from django.utils import translation
from filelock import FileLock
from hypothesis import settings as hypothesis_settings
from pytest_django import Settings

from accesskeys.core import once, steady
from accesskeys.core.rates import Rate
from accesskeys.operations import allowance
from accesskeys.operations.actors import Actor
from identity_cloud import request_ids
from tests.redis_servers import RedisServer

# Half of the usual examples: most of them ask the database. One that takes long says nothing about the code.
hypothesis_settings.register_profile("identity_cloud", max_examples=50, deadline=None, print_blob=True)
hypothesis_settings.load_profile("identity_cloud")


# What only one of the two can fail at.
collect_ignore_glob = [
    "*_on_sqlite.py"
    if settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
    else "*_on_postgresql.py"
]


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


@pytest.fixture(scope="session", autouse=True)
def passwords_are_hashed_quickly() -> Iterator[None]:
    """Argon2 is slow by design. Tests that are about it ask for ``argon2``; servers of their own have it anyway."""
    hashers = ["django.contrib.auth.hashers.MD5PasswordHasher", *settings.PASSWORD_HASHERS]
    with override_settings(PASSWORD_HASHERS=hashers):
        yield


@pytest.fixture
def argon2(settings: Settings) -> None:
    """Passwords are hashed as in production."""
    settings.PASSWORD_HASHERS = settings.PASSWORD_HASHERS[1:]


@pytest.fixture(scope="session", autouse=True)
def last_uses_are_written_at_once() -> None:
    """A test looks at a row after a request, and its transaction is seen by no other thread."""
    settings.ACCESS_KEYS_LAST_USE_DELAY = 0


@pytest.fixture(autouse=True)
def own_attempts() -> None:
    """All tests sign in from one address."""
    prefix = uuid.uuid4().hex
    settings.CACHES["default"]["KEY_PREFIX"] = prefix  # For threads that have no cache yet.
    caches["default"].key_prefix = prefix


@pytest.fixture(scope="session")
def command() -> Actor:
    """An administrator at a shell, who may do everything."""
    return Actor.for_command()


class SteadyClock:
    """The clock of windows, set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def shift(self, seconds: float) -> None:
        """Let so much time pass."""
        self.now += seconds


@pytest.fixture
def steady_clock(monkeypatch: pytest.MonkeyPatch) -> SteadyClock:
    """It stands still, beside whatever ``time_machine`` does with the clock that can be set."""
    clock = SteadyClock()
    monkeypatch.setattr(steady, "seconds", lambda: clock.now)
    return clock


@pytest.fixture
def own_counters(settings: Settings, tmp_path: Path) -> None:
    """Rate limits are counted for this test alone: all come from one address."""
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "counters"


@pytest.fixture
def own_cache(settings: Settings, tmp_path: Path) -> None:
    """Nothing is counted yet, and what other tests have counted is not tidied away."""
    settings.CACHES = {
        "default": {"BACKEND": "identity_cloud.caches.FileCache", "LOCATION": str(tmp_path / "cache")}
    }


@pytest.fixture(autouse=True)
def nothing_told() -> None:
    """What an earlier test has said is said again."""
    once._told.clear()


@pytest.fixture(autouse=True)
def no_request_is_under_way() -> None:
    """What an earlier test has asked says nothing on the lines of this one."""
    request_ids.end()


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


@pytest.fixture
def redis(tmp_path: Path) -> Iterator[RedisServer]:
    """A Redis of a test's own, which may be paused and killed."""
    server = RedisServer(tmp_path)
    server.start()
    yield server
    server.resume()
    server.kill()
