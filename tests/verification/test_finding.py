"""The statement of every authentication, on connections that are kept open: docs/decisions/0011."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey, Presented, Rotation
from accesskeys.operations.actors import Actor
from accesskeys.verification.finding import statement
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import at_once, database_away
from tests.verification.statements import compile_anew

pytestmark = pytest.mark.django_db(transaction=True)


def end_this_connection() -> None:
    """As a restart of PostgreSQL does. A connection to SQLite is an open file, which nothing ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            pid = cursor.fetchone()
        assert at_once([lambda: _first_value("SELECT pg_terminate_backend(%s)", pid)]) == [True]


def _first_value(sql: str, parameters: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


def is_prepared() -> bool:
    """Whether this connection knows the statement by name. SQLite keeps no statements by name."""
    if connection.vendor == "sqlite":
        return False
    statement = "SELECT count(*) FROM pg_prepared_statements WHERE name = 'access_key_by_digest'"
    return bool(_first_value(statement, ()))


def test_a_connection_that_has_died_is_replaced() -> None:
    access_key = AccessKeyFactory()
    end_this_connection()
    assert verification.authenticate(key_of(access_key)) == access_key


def test_what_the_database_says_of_the_statement_is_passed_on() -> None:
    access_key = AccessKeyFactory()
    with database_away(), pytest.raises(OperationalError, match="connection refused"):
        verification.authenticate(key_of(access_key))
    assert verification.authenticate(key_of(access_key)) == access_key


def test_a_statement_that_was_sent_often_reads_what_is_true_now() -> None:
    access_key = AccessKeyFactory()
    assert {verification.authenticate(key_of(access_key)) for _ in range(12)} == {access_key}
    assert is_prepared() == (connection.vendor == "postgresql")
    operations.suspend(access_key_id=access_key.pk, actor=Actor.for_command())
    with pytest.raises(InvalidKey) as refusal:
        verification.authenticate(key_of(access_key))
    assert refusal.value.reason == "suspended"


@contextmanager
def watched() -> Iterator[None]:
    """As under a profiler, which is told what every cursor of Django's sends."""
    seen: list[str] = []

    def watcher(execute: Any, sql: str, *arguments: Any) -> Any:
        seen.append(sql)
        return execute(sql, *arguments)

    with connection.execute_wrapper(watcher):
        yield
    assert any("accesskeys_accesskey" in sql for sql in seen)


@contextmanager
def behind_a_pooler() -> Iterator[None]:
    """As with ``DATABASE_URL=…?prepare_threshold=0``: nothing may be prepared."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        if connection.vendor == "postgresql":
            monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", 0)
            connection.close()
        compile_anew()
        yield
        assert not is_prepared()
    compile_anew()


FULL = {
    "name": "n" * 30,
    "scopes": ["access_keys:read", "orders:read"],
    "created_at": datetime(1999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),  # PostgreSQL counts from 2000.
    "created_by": 'J\u00fcrgen \U0001f511 "quoted"',
    "expires_at": datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    "suspended_at": datetime(2024, 2, 29, 12, 0, 0, 1, tzinfo=UTC),
    "allowed_networks": [f"192.0.2.{n}/32" for n in range(31)] + ["2001:db8::/32"],
    "rate_limit": "1000000/second",
    "last_used_at": datetime(2026, 1, 1, tzinfo=UTC),  # SQLite leaves out the microseconds.
    "description": "\u6771\u4eac % ' \" \\ {}",
    "owner": "J\u00fcrgen",
    "labels": {"team": "payments", "tier": "\U0001f511"},
}
EMPTY = {
    "scopes": [],
    "created_by": "",
    "expires_at": None,
    "suspended_at": None,
    "allowed_networks": [],
    "rate_limit": None,
    "last_used_at": None,
    "description": "",
    "owner": "",
    "labels": {},
}


@pytest.mark.parametrize("way", [nullcontext, watched, behind_a_pooler])
@pytest.mark.parametrize("values", [FULL, EMPTY], ids=["full", "empty"])
@pytest.mark.parametrize("is_next", [False, True], ids=["present", "next"])
def test_what_is_found_is_what_django_reads(values: dict[str, Any], way: Any, is_next: bool) -> None:
    access_key = AccessKeyFactory()
    AccessKey.objects.filter(pk=access_key.pk).update(**values)
    key = key_of(access_key)
    if is_next:
        key = operations.rotate(access_key_id=access_key.pk, actor=Actor.for_command()).key
    read = AccessKey.objects.defer(*statement._HIDDEN).get(pk=access_key.pk)
    with way():
        found = statement.find_by_digest(get_keyring().current.digest(key))
    assert found is not None
    assert found.get_deferred_fields() == read.get_deferred_fields()
    assert vars(found).keys() - {"presented"} == vars(read).keys()
    assert found.presented == (
        Presented(True, Rotation.objects.get().ends_at, None, None) if is_next else None
    )
    assert (found._state.db, found._state.adding) == (read._state.db, read._state.adding)
    for name in vars(read).keys() - {"_state"}:
        assert repr(getattr(found, name)) == repr(getattr(read, name))
    assert bytes(found.digest) == bytes(read.digest)  # Asked for, it is read.


@pytest.mark.parametrize("keeps_utc", [True, False])
def test_a_project_keeps_its_own_time(keeps_utc: bool, settings: Settings) -> None:
    compile_anew()
    settings.USE_TZ = keeps_utc
    access_key = AccessKeyFactory()
    found = verification.authenticate(key_of(access_key))
    read = AccessKey.objects.get(pk=access_key.pk)
    assert (found.created_at, found.created_at.tzinfo) == (read.created_at, UTC if keeps_utc else None)
    compile_anew()


def test_nobody_is_found_by_another_digest() -> None:
    AccessKeyFactory()
    for way in (nullcontext, watched, behind_a_pooler):
        with way():
            assert statement.find_by_digest(bytes(32)) is None


def test_threads_that_come_first_at_once_may_each_compile_the_statement() -> None:
    access_key = AccessKeyFactory()
    for _ in range(3):  # On a connection that knows the statement already.
        compile_anew()
        assert verification.authenticate(key_of(access_key)) == access_key


def test_where_nothing_may_be_prepared_the_same_is_found() -> None:
    access_key = AccessKeyFactory()
    with behind_a_pooler():
        assert {verification.authenticate(key_of(access_key)) for _ in range(12)} == {access_key}
