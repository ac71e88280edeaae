"""The statement of every authentication, on connections that are kept open: docs/decisions/0011."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import OperationalError, connection

from accesskeys import services
from accesskeys.actors import Actor
from accesskeys.exceptions import InvalidKey
from accesskeys.models import finding
from tests.core.helpers import at_once, database_away
from tests.factories import AccessKeyFactory, key_of

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
    assert services.authenticate(key_of(access_key)) == access_key


def test_what_the_database_says_of_the_statement_is_passed_on() -> None:
    access_key = AccessKeyFactory()
    with database_away(), pytest.raises(OperationalError, match="connection refused"):
        services.authenticate(key_of(access_key))
    assert services.authenticate(key_of(access_key)) == access_key


def test_a_statement_that_was_sent_often_reads_what_is_true_now() -> None:
    access_key = AccessKeyFactory()
    assert {services.authenticate(key_of(access_key)) for _ in range(12)} == {access_key}
    assert is_prepared() == (connection.vendor == "postgresql")
    services.suspend(access_key_id=access_key.pk, actor=Actor.for_command())
    with pytest.raises(InvalidKey) as refusal:
        services.authenticate(key_of(access_key))
    assert refusal.value.reason == "suspended"


def test_where_nothing_may_be_prepared_the_same_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    # As behind a pooler: DATABASE_URL=…?prepare_threshold=0.
    access_key = AccessKeyFactory()
    if connection.vendor == "postgresql":
        monkeypatch.setitem(connection.settings_dict["OPTIONS"], "prepare_threshold", 0)
        connection.close()
    finding._compile.cache_clear()
    assert {services.authenticate(key_of(access_key)) for _ in range(12)} == {access_key}
    assert not is_prepared()
    finding._compile.cache_clear()
