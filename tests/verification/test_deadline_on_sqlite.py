"""A decision waits for a locked SQLite file no longer than it may; who writes waits as long as ever."""

from __future__ import annotations

import gc
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, connections, transaction
from pytest_django import Settings

from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey
from accesskeys.verification.finding import asking, find_by_digest, sqlite
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db(transaction=True)

TIMEOUT = 0.4  # seconds


def forget_connections() -> None:
    connections.close_all()
    sqlite._readers.clear()
    gc.collect()  # Those of threads that other tests had.
    asking._breaker.cache_clear()


@pytest.fixture(autouse=True)
def _impatient(settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """In a file of its own: threads that other tests have left may have theirs open, which nobody could lock then."""
    settings.ACCESS_KEYS_DECISION_TIMEOUT = TIMEOUT
    forget_connections()
    with closing(sqlite3.connect(connection.settings_dict["NAME"])) as common:
        common.execute("VACUUM INTO ?", [str(tmp_path / "own.sqlite3")])
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "own.sqlite3"))
    yield
    forget_connections()


def found(access_key: AccessKey) -> AccessKey | None:
    return find_by_digest(get_keyring().current.digest(key_of(access_key)))


@contextmanager
def file_held(*statements: str) -> Iterator[None]:
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    for statement in statements:
        other.execute(statement)
    yield
    other.close()


def finds_nothing_in_time(access_key: AccessKey) -> None:
    for longest, sentence in ((TIMEOUT + 0.5, "did not answer within 0.4 s"), (0.3, "is not waited for")):
        before = time.monotonic()
        with pytest.raises(OperationalError, match=sentence):
            found(access_key)
        assert time.monotonic() - before < longest


def test_a_file_that_cannot_be_opened_meanwhile() -> None:
    access_key = AccessKeyFactory()
    forget_connections()
    with file_held("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE"):
        finds_nothing_in_time(access_key)
    for thread in threading.enumerate():  # What is opened in the end is closed again.
        if thread.name == "opening":
            thread.join(15)
            assert not thread.is_alive()
    time.sleep(1.05)
    assert found(access_key) == access_key


@contextmanager
def watched() -> Iterator[None]:
    """Under a profiler, Django's own cursor asks."""
    with connection.execute_wrapper(lambda execute, *statement: execute(*statement)):
        yield


@pytest.mark.parametrize("way", [nullcontext, watched])
def test_a_file_that_others_read_in_turns(way: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a project that has no write-ahead log: whoever writes keeps everybody from reading."""
    monkeypatch.setitem(connection.settings_dict["OPTIONS"], "init_command", "PRAGMA journal_mode=DELETE")
    access_key = AccessKeyFactory()
    assert found(access_key) == access_key
    with file_held("BEGIN EXCLUSIVE"), way():
        finds_nothing_in_time(access_key)
    time.sleep(1.05)
    assert found(access_key) == access_key
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout")
        assert cursor.fetchone() == (10_000,)


def test_who_writes_sees_what_it_wrote_and_others_what_was_committed() -> None:
    access_key = AccessKeyFactory()
    assert found(access_key) == access_key
    with transaction.atomic():
        AccessKey.objects.filter(pk=access_key.pk).update(created_by="here")
        seen = found(access_key)
        assert seen is not None
        assert seen.created_by == "here"
        AccessKey.objects.filter(pk=access_key.pk).delete()
        assert found(access_key) is None
    assert found(access_key) is None


def test_what_cannot_be_opened_is_said_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    access_key = AccessKeyFactory()
    connection.close()
    with monkeypatch.context() as elsewhere:
        elsewhere.setitem(connection.settings_dict, "NAME", "/nowhere/database")
        for _ in range(2):  # Nobody has waited, so everybody may try.
            with pytest.raises(OperationalError, match="unable to open database file"):
                found(access_key)
    assert found(access_key) == access_key


def test_a_database_in_memory_is_read_where_it_is() -> None:
    other = connections.create_connection("default")
    other.settings_dict = {**other.settings_dict, "NAME": ":memory:"}
    other.ensure_connection()
    assert sqlite._reader(other) is other.connection
    other.connection.close()
