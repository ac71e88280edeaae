"""Whether a PostgreSQL that answers can do what is asked: take writes, keep what is prepared, let all threads in."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from psycopg.errors import error_from_result
from psycopg.pq import ExecStatus

logger = logging.getLogger("identity_cloud.readiness")

BESIDE_KEYS = 5  # Connections of each process: four threads for pages, and one that writes last uses down.

_ONE_OF_SEVERAL = (
    "With several hosts, end DATABASE_URL with ?target_session_attrs=read-write; with one, name the primary."
)


def check() -> None:
    """Raise ImproperlyConfigured where it never could. Raises what the database raises."""
    require_writes()
    if not connection.settings_dict["OPTIONS"].get("prepare_threshold"):
        return  # A pooler is in between, which has more connections than it opens.
    with _two_lines() as (ours, theirs):
        if _is_shared(ours, theirs):
            raise ImproperlyConfigured(
                "DATABASE_URL leads to a pooler that forgets what is prepared, such as PgBouncer in transaction mode. "
                "Set its max_prepared_statements, which takes PgBouncer 1.21, and end DATABASE_URL with "
                "?disable_server_side_cursors=true; or end it with ?prepare_threshold=0."
            )
        is_handed_around = _is_handed_around(ours, theirs)
    if is_handed_around and not connection.settings_dict["DISABLE_SERVER_SIDE_CURSORS"]:
        raise ImproperlyConfigured(
            "DATABASE_URL leads to a pooler that hands each transaction another session, such as PgBouncer in "
            "transaction mode. End it with ?disable_server_side_cursors=true: what is read part by part would be left "
            "behind in one of them."
        )
    if not is_handed_around:
        _tell_of_too_many()


def require_writes() -> None:
    """Raise ImproperlyConfigured where it only reads."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_is_in_recovery(), current_setting('transaction_read_only')")
        is_standby, reads_only = cursor.fetchone()
    if is_standby:
        raise ImproperlyConfigured(
            f"DATABASE_URL leads to a standby, which takes no writes. {_ONE_OF_SEVERAL}"
        )
    if reads_only == "on":
        raise ImproperlyConfigured(
            "DATABASE_URL leads to a database that takes no writes: default_transaction_read_only is on."
        )


def _tell_of_too_many() -> None:
    """Each opens when it is first used, so a server that is not busy may run for long without the last of them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
        )
        (allowed,) = cursor.fetchone()
    opened = settings.WEB_CONCURRENCY * (settings.WEB_THREADS + BESIDE_KEYS)
    if opened > allowed:
        logger.warning(
            "PostgreSQL takes %d connections, and %d processes of %d threads may open %d. Set a smaller "
            "WEB_CONCURRENCY, or raise its max_connections: what finds no connection is answered with 503.",
            allowed,
            settings.WEB_CONCURRENCY,
            settings.WEB_THREADS,
            opened,
        )


@contextmanager
def _two_lines() -> Iterator[tuple[Any, Any]]:
    """This connection and another one, as libpq has them."""
    other = connection.copy()
    try:
        other.ensure_connection()
        yield connection.connection.pgconn, other.connection.pgconn
    finally:
        other.close()


def _is_shared(ours: Any, theirs: Any) -> bool:
    """Whether another connection meets a statement that this one has prepared: then both lead to one session.

    A pooler may hand out one session again and again, or several in turn. So both prepare something else by one name,
    and one of them asks twice.
    """
    name = f"probe_{secrets.token_hex(8)}".encode()
    _require(ours.prepare(name, b"SELECT 1"))
    answers = [theirs.prepare(name, b"SELECT 2").status == ExecStatus.COMMAND_OK]
    answers += [ours.exec_prepared(name, ()).get_value(0, 0) == b"1" for _ in range(2)]
    is_shared = not all(answers)
    # Whatever else is prepared on a line of one's own is used again.
    leaving = b"DEALLOCATE ALL" if is_shared else b"DEALLOCATE " + name
    for line in (ours, theirs, ours, theirs) if is_shared else (ours, theirs):
        line.exec_(leaving)
    return is_shared


def _is_handed_around(ours: Any, theirs: Any) -> bool:
    """Whether a connection has another session each time, or one that the other connection has, too."""
    own = {_process(ours)}
    others = _process(theirs)
    own |= {_process(ours) for _ in range(3)}
    return len(own) > 1 or others in own


def _process(line: Any) -> bytes:
    result = line.exec_(b"SELECT pg_backend_pid()")
    _require(result, ExecStatus.TUPLES_OK)
    return bytes(result.get_value(0, 0))


def _require(result: Any, status: ExecStatus = ExecStatus.COMMAND_OK) -> None:
    if result.status != status:
        raise error_from_result(result)
