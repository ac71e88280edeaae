"""Each migration, present and to come, while keys are verified and somebody reads for long."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from typing import Any

import pytest
from django.core.management import call_command
from django.db import DatabaseError, OperationalError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder

from tests.models.test_migration_rules import OWN
from tests.models.test_migrations import indexes
from tests.models.verifying import long_reader, verifying

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = 500
LONGEST = 1.0  # seconds: the promise
# PostgreSQL has to get past somebody who reads for longer than that. SQLite makes readers wait for nobody.
READS = 1.5 if connection.vendor == "postgresql" else 0.5  # seconds
LAST = "access_key_double_underscore"
STEPS = list(pairwise(OWN))


def migrate(name: str = OWN[-1]) -> None:
    call_command("migrate", "accesskeys", name, verbosity=0)


@pytest.fixture(autouse=True)
def migrated_again() -> Iterator[None]:
    yield
    migrate()


def access_keys(name: str) -> Any:
    """The model as it was after this migration, whose code goes on serving while the next one runs."""
    state = MigrationExecutor(connection).loader.project_state([("accesskeys", name)])
    return state.apps.get_model("accesskeys", "AccessKey").objects


def digest(number: int) -> bytes:
    return number.to_bytes(32, "big")


@pytest.mark.parametrize(("before", "after"), [*STEPS, *(step[::-1] for step in STEPS)])
def test_no_verification_waits(before: str, after: str) -> None:
    migrate(before)
    old = access_keys(before)
    old.bulk_create(
        old.model(name=f"n_{number}", digest=digest(number), sealed=b"?", created_by="test")
        for number in range(ROWS)
    )
    with long_reader(READS), verifying(lambda: old.filter(digest=digest(7)).exists()) as stalls:
        migrate(after)
    assert stalls.wrong == []
    assert stalls.asked > 10
    assert stalls.longest < LONGEST
    assert access_keys(after).count() == ROWS


def test_who_is_waited_for_is_told(caplog: pytest.LogCaptureFixture) -> None:
    migrate(OWN[1])
    with long_reader(2 * READS):
        migrate(OWN[0])
    if connection.vendor == "postgresql":
        (told,) = caplog.messages
        assert re.fullmatch(
            r"The migration waits for accesskeys_accesskey: process \d+ of PostgreSQL has been using it for [1-3] s\. "
            r"Nobody else is kept waiting\.",
            told,
        )
    else:
        assert caplog.messages == []


@pytest.mark.parametrize("name", OWN)
def test_one_that_was_interrupted_before_it_was_written_down_runs_again(name: str) -> None:
    """Where it is atomic, nothing of it is there; otherwise, all of it may be."""
    if MigrationExecutor(connection).loader.get_migration("accesskeys", name).atomic:
        return
    migrate(name)
    now = indexes()
    MigrationRecorder(connection).record_unapplied("accesskeys", name)
    migrate(name)
    assert indexes() == now


def test_half_an_index_is_built_anew() -> None:
    migrate("0004")
    if connection.vendor == "postgresql":
        with long_reader(READS), closing(connection.copy()) as apart, apart.cursor() as cursor:
            cursor.execute("SET statement_timeout = '100ms'")
            with pytest.raises(DatabaseError, match="timeout"):
                cursor.execute(f"CREATE INDEX CONCURRENTLY {LAST} ON accesskeys_accesskey (name)")
        assert LAST in indexes()
    migrate()
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, "accesskeys_accesskey")
        assert constraints[LAST]["columns"] == ["id"]
        if connection.vendor == "postgresql":
            cursor.execute("SELECT COUNT(*) FROM pg_index WHERE NOT indisvalid")
            assert cursor.fetchone() == (0,)


def test_a_time_limit_of_statements_is_for_others() -> None:
    migrate("0004")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET statement_timeout = '500ms'")
    with long_reader(READS):
        migrate("0005")
    assert LAST in indexes()


def test_one_that_an_administrator_cancels_ends() -> None:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    over = threading.Event()

    def cancel() -> None:
        with closing(connection.copy()) as apart, apart.cursor() as cursor:
            while not over.wait(0.05):  # Between two tries there is nothing to cancel.
                cursor.execute("SELECT pg_cancel_backend(%s)", [pid])

    administrator = threading.Thread(target=cancel)
    with long_reader(READS):
        administrator.start()
        with pytest.raises(OperationalError, match="user request"):
            migrate("0001")
        over.set()
        administrator.join()
    assert columns() >= {"allowed_networks", "rate_limit", "suspended_at"}
    migrate("0001")  # It goes on where it was, or the first of its indexes would be there for good.
    assert not columns() & {"allowed_networks", "rate_limit", "suspended_at"}


def columns() -> set[str]:
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, "accesskeys_accesskey")
    return {column.name for column in described}
