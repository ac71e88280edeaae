"""Last uses are written down behind the decision, by a thread of its own: docs/decisions/0023."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.utils import timezone
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from accesskeys.verification import last_use
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import stored

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _a_writer_of_its_own(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ACCESS_KEYS_LAST_USE_DELAY = 0.1
    monkeypatch.setattr(last_use, "IDLE", 0.1)
    last_use._writer.cache_clear()
    yield
    until(lambda: not last_use._writer()._noted)
    time.sleep(0.3)  # It has nothing to do any more, and closes its connection.


def until(happens: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 15
    while not happens():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def last_used_at(access_key: AccessKey) -> Any:
    return stored(access_key.pk).get("last_used_at")


@contextmanager
def held(access_key: AccessKey) -> Iterator[None]:
    """Somebody is about to change this row, and on SQLite, with it, all others."""
    other = connections.create_connection("default")
    with other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("UPDATE accesskeys_accesskey SET created_by = 'x' WHERE name = %s", [access_key.name])
        yield
        cursor.execute("ROLLBACK")
    other.close()


@contextmanager
def read_only_for_the_writer() -> Iterator[None]:
    switch = (
        "PRAGMA query_only=on" if connection.vendor == "sqlite" else "SET default_transaction_read_only=on"
    )

    def make_read_only(connection: Any, **_signal: Any) -> None:
        if threading.current_thread().name == "last-uses":
            connection.connection.execute(switch)

    connection_created.connect(make_read_only)
    yield
    connection_created.disconnect(make_read_only)


def test_each_is_written_with_its_own_moment() -> None:
    first, second = AccessKeyFactory(), AccessKeyFactory()
    verification.record_use(first, NOW)
    verification.record_use(second, NOW.replace(second=1))
    verification.record_use(first, NOW.replace(second=2))  # It waits already.
    until(lambda: None not in (last_used_at(first), last_used_at(second)))
    assert (last_used_at(first), last_used_at(second)) == (NOW, NOW.replace(second=1))


def test_at_the_stop_nothing_is_waited_for(settings: Settings) -> None:
    settings.ACCESS_KEYS_LAST_USE_DELAY = 30
    access_key = AccessKeyFactory()
    assert verification.authenticate(key_of(access_key)) == access_key
    assert last_used_at(access_key) is None
    before = time.monotonic()
    verification.flush_last_uses()
    assert time.monotonic() - before < 5
    assert last_used_at(access_key) is not None


def test_one_that_is_revoked_meanwhile_does_not_come_back(settings: Settings, command: Actor) -> None:
    settings.ACCESS_KEYS_LAST_USE_DELAY = 30
    access_key = AccessKeyFactory()
    verification.authenticate(key_of(access_key))
    operations.revoke(access_key_id=access_key.pk, actor=command)
    verification.flush_last_uses()
    assert stored(access_key.pk) == {}
    assert last_use._writer()._noted == {}


def test_a_row_that_somebody_holds_holds_up_no_other() -> None:
    waiting, free = AccessKeyFactory(), AccessKeyFactory()
    with held(waiting):
        for access_key in (waiting, free):
            before = time.monotonic()
            assert verification.authenticate(key_of(access_key)) == access_key
            assert time.monotonic() - before < 1
        if connection.vendor == "postgresql":
            until(lambda: last_used_at(free) is not None)
        assert last_used_at(waiting) is None
    until(lambda: None not in (last_used_at(waiting), last_used_at(free)))


def test_where_it_cannot_be_written_it_is_tried_seldom_and_then_written(
    caplog: pytest.LogCaptureFixture,
) -> None:
    access_key = AccessKeyFactory()

    def warnings() -> list[str]:
        return [record.getMessage() for record in caplog.records if record.levelname == "WARNING"]

    with read_only_for_the_writer():
        for _ in range(3):
            assert verification.authenticate(key_of(access_key)) == access_key
            until(lambda: bool(warnings()))
        (line,) = warnings()
        assert line.startswith("Last uses wait to be written down: ")
        assert "read" in line
        assert caplog.records[-1].exc_info is None
        assert last_used_at(access_key) is None
    until(lambda: last_used_at(access_key) is not None)


def test_no_more_are_kept_in_memory_than_fit(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    settings.ACCESS_KEYS_LAST_USE_DELAY = 30
    monkeypatch.setattr(last_use, "MOST", 2)
    used = [AccessKeyFactory() for _ in range(3)]
    for access_key in used:
        assert verification.authenticate(key_of(access_key)) == access_key
    verification.flush_last_uses()
    assert sum(last_used_at(access_key) is not None for access_key in used) == 2
    for access_key in used:
        verification.authenticate(key_of(access_key))
    verification.flush_last_uses()
    assert None not in map(last_used_at, used)


def test_where_no_thread_can_be_had_the_decision_holds_and_the_next_use_is_written() -> None:
    access_key = AccessKeyFactory()
    usual = threading.stack_size(1 << 46)  # bytes: more than there is
    try:
        verification.record_use(access_key, timezone.now())
    finally:
        threading.stack_size(usual)
    verification.record_use(AccessKeyFactory(), timezone.now())
    until(lambda: last_used_at(access_key) is not None)


def test_a_child_of_a_fork_begins_with_none(settings: Settings) -> None:
    settings.ACCESS_KEYS_LAST_USE_DELAY = 30
    access_key = AccessKeyFactory()
    verification.record_use(access_key, timezone.now())
    child = os.fork()
    if not child:
        os._exit(len(last_use._writer()._noted))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    verification.flush_last_uses()
    assert last_used_at(access_key) is not None
