"""An export whose database fails midway: it raises, says how far it came, and leaves nothing open."""

from __future__ import annotations

import logging
import sqlite3
import threading
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, connection
from django.test import Client

from accesskeys.console.exports import ROWS_AT_A_TIME, Csv, Export, JsonLines
from accesskeys.console.streams import ExportStream
from accesskeys.models import AuditEvent
from tests.console.helpers import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

AUDIT_LOG = "/settings/audit-log/export/"
ROWS = 20 * ROWS_AT_A_TIME


@pytest.fixture
def auditor() -> Client:
    AuditEvent.objects.bulk_create(
        AuditEvent(
            action="access_key.generated",
            outcome="succeeded",
            actor_kind="command",
            actor_label="manage.py",
            door="command",
            access_key_name=f"key_{number}",
        )
        for number in range(ROWS)
    )
    return signed_in("Auditors")


def fail() -> None:
    """Let the statement that is under way fail, as an administrator or a full disk would."""
    assert connection.connection
    if isinstance(connection.connection, sqlite3.Connection):
        connection.connection.interrupt()
    else:
        backend = connection.connection.info.backend_pid
        with connection.copy().cursor() as other:  # type: ignore[no-untyped-call]
            other.execute("SELECT pg_terminate_backend(%s, 5000)", [backend])
            other.connection.close()


def assert_nothing_is_open() -> None:
    """No transaction, and no statement that reads: the WAL of SQLite can be cut, PostgreSQL holds no cursor."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        else:
            assert connection.connection.info.transaction_status == 0  # Idle.
            cursor.execute("SELECT count(*) FROM pg_cursors WHERE name LIKE '_django_curs%'")
        assert cursor.fetchone()[0] == 0


def test_it_raises_and_says_how_far_it_came(auditor: Client, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(3):  # More often than there are places.
        pieces = iter(auditor.get(AUDIT_LOG).streaming_content)
        for _ in range(2 + number):  # The first is the head.
            next(pieces)
        fail()
        with pytest.raises(DatabaseError), caplog.at_level(logging.ERROR, "accesskeys"):
            list(pieces)
        connection.close()
        [record] = [record for record in caplog.records if record.name == "accesskeys.exports"]
        assert record.getMessage().startswith(
            f"The export audit-log broke off after {ROWS_AT_A_TIME * (1 + number)} rows: "
        )
        assert record.exc_info is None
        caplog.clear()
        with pytest.raises(StopIteration):
            next(pieces)


def test_any_other_failure_is_named_by_its_kind(auditor: Client, caplog: pytest.LogCaptureFixture) -> None:
    rows = AuditEvent.objects.values_list("action", "outcome")
    with pytest.raises(ValueError, match="zip"):
        list(ExportStream(Export("odd", ("action",), rows), JsonLines(("action",))))
    [record] = caplog.records
    assert record.getMessage() == "The export odd broke off after 0 rows: ValueError"
    assert_nothing_is_open()


def test_whoever_goes_away_leaves_nothing_open_and_is_no_error(
    auditor: Client, caplog: pytest.LogCaptureFixture
) -> None:
    rows = AuditEvent.objects.values_list("action", "outcome")
    for _ in range(3):
        stream = ExportStream(Export("audit-log", ("action", "outcome"), rows), Csv(("action", "outcome")))
        assert next(stream) + next(stream)
        with pytest.raises((AssertionError, OperationalError)):
            assert_nothing_is_open()
        stream.close()
        assert_nothing_is_open()
    assert caplog.records == []


def test_it_is_as_of_one_moment(auditor: Client) -> None:
    pieces = iter(auditor.get(AUDIT_LOG, {"format": "jsonl"}).streaming_content)
    first = next(pieces) + next(pieces)

    def delete_all() -> None:
        AuditEvent.objects.all()._raw_delete("default")
        connection.close()

    other = threading.Thread(target=delete_all)
    other.start()
    other.join()
    assert (first + b"".join(pieces)).count(b"\n") == ROWS
    assert not AuditEvent.objects.exists()


def test_the_rows_come_in_pieces(auditor: Client, django_assert_num_queries: Any) -> None:
    assert len(list(auditor.get(AUDIT_LOG).streaming_content)) == 1 + ROWS // ROWS_AT_A_TIME


@pytest.mark.parametrize(("kind", "head"), [("csv", b"\xef\xbb\xbfat,action,"), ("jsonl", b"")])
def test_it_begins_before_the_first_row_is_looked_for(
    auditor: Client, kind: str, head: bytes, django_assert_num_queries: Any
) -> None:
    """Of a filter that nothing meets, the last entry is read before there is anything to send."""
    response = auditor.get(AUDIT_LOG, {"format": kind, "actor": "nobody"})
    pieces = iter(response.streaming_content)
    with django_assert_num_queries(0):
        first = next(pieces)
    assert first.startswith(head)
    assert len(first) < 200
    with django_assert_num_queries(1):
        assert list(pieces) == []
