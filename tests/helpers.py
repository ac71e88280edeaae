"""What several tests ask in the same words."""

from __future__ import annotations

import base64
import os
import secrets
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import OperationalError, connection, connections

from accesskeys.models import AccessKey, AuditEvent

SLICE = 12  # characters of a key that nobody else should ever hold


class Told(NamedTuple):
    """What an audit event says about an operation."""

    action: str
    outcome: str
    reason: str
    access_key_id: UUID | None
    access_key_name: str


def audit_log() -> list[Told]:
    """The audit log, oldest first."""
    return [
        Told(event.action, event.outcome, event.reason, event.access_key_id, event.access_key_name)
        for event in AuditEvent.objects.order_by("id")
    ]


def codes(refusal: ValidationError) -> dict[str, list[str | None]]:
    """The error codes by field."""
    return {name: [error.code for error in errors] for name, errors in refusal.error_dict.items()}


def slices(key: str) -> Iterator[str]:
    """Every 12 characters in a row of a key."""
    return (key[start : start + SLICE] for start in range(len(key) - SLICE + 1))


def holds_part_of(key: str, text: str | bytes) -> bool:
    """Whether the text holds any 12 characters in a row of the key."""
    readable = text if isinstance(text, str) else text.decode("latin-1")
    return any(part in readable for part in slices(key))


def stored(access_key_id: UUID) -> dict[str, Any]:
    """All columns of an access key as they are in the database now; none if it is gone."""
    row = AccessKey.objects.filter(pk=access_key_id).values().first() or {}
    return {column: bytes(value) if isinstance(value, memoryview) else value for column, value in row.items()}


def headers_of(response: Any) -> list[tuple[str, str]]:
    """What an answer says beside its body, except for the id of its request, which no two have."""
    return sorted((name, value) for name, value in response.headers.items() if name != "X-Request-Id")


@contextmanager
def database_away() -> Iterator[None]:
    """Every statement fails, as it does while the database is restarted."""

    def fail(*_statement: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(fail):
        yield


@contextmanager
def refusing_inserts(table: str) -> Iterator[None]:
    """The database refuses every new row of this table, with an integrity error that nobody expects."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                f"CREATE TRIGGER refusing BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, 'refused'); END"
            )
            undo = "DROP TRIGGER refusing"
        else:
            cursor.execute(
                "CREATE FUNCTION refusing() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = 'unique_violation'; END $$"
            )
            cursor.execute(
                f"CREATE TRIGGER refusing BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION refusing()"
            )
            undo = "DROP FUNCTION refusing CASCADE"
        try:
            yield
        finally:
            cursor.execute(undo)


def address_of_the_test_database() -> str:
    """Its ``DATABASE_URL``, for processes that a test starts."""
    database = settings.DATABASES["default"]
    if connection.vendor == "sqlite":
        return f"sqlite:///{database['NAME']}"
    return urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{database['NAME']}").geturl()


def master_key(key_id: str) -> str:
    """A fresh entry for ACCESS_KEYS_MASTER_KEYS."""
    return f"{key_id}:{base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()}"


def at_once(jobs: Sequence[Callable[[], object]]) -> list[object]:
    """Run the jobs in a thread each, started together; returns what each returned or raised."""
    barrier = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def run(index: int, job: Callable[[], object]) -> None:
        try:
            connections["default"].ensure_connection()
            barrier.wait(timeout=30)
            results[index] = job()
        except BaseException as error:  # noqa: BLE001  What was raised is the result; the test judges it.
            results[index] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results
