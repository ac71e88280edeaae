"""Asking the database for one row, and for no longer than a decision may take."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple, Protocol

from django.db import DatabaseError, Error, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper

from accesskeys.core import conf
from accesskeys.core.breaker import Breaker
from accesskeys.core.database_errors import is_of_pooler
from accesskeys.verification import metrics
from accesskeys.verification.finding import deadline, sqlite
from accesskeys.verification.finding.deadline import Wait
from accesskeys.verification.finding.opening import open_within

WORTH_TELLING = 0.5  # seconds: whoever waited as long, in vain, spares the others that


class Question(Protocol):
    """The statement as a driver takes it."""

    def ask(self, connection: BaseDatabaseWrapper, value: bytes) -> list[Any] | None: ...


class Statement(NamedTuple):
    """The SQL, what makes field values of Django's columns, by their place, and the way past both, if there is one."""

    sql: str
    converters: tuple[tuple[int, Any, list[Any]], ...]
    question: Question | None


def ask(wait: Wait, statement: Statement, digest: bytes, *, reopen: bool = True) -> list[Any] | None:
    """The values of the row, or None where there is none.

    Without ``reopen``, a connection that has died is not renewed. Raises OperationalError when the wait is over, and at
    once while others have waited in vain lately.
    """
    breaker = _breaker(wait.connection.alias)
    if breaker.is_open():
        raise OperationalError("The database has not answered lately, and is not waited for.")
    try:
        asking = _ask_watched if wait.connection.vendor == "postgresql" else _fetch
        values = asking(wait, statement, digest, reopen)
    except Error as error:
        metrics.count_error("standby" if wait.connection.alias == conf.replica() else "database")
        left = wait.seconds_left
        if wait.seconds - left >= min(WORTH_TELLING, wait.seconds / 2):
            breaker.failed()
        if left > 0:
            raise
        raise OperationalError(f"The database did not answer within {wait.seconds:g} s.") from error
    breaker.succeeded()
    return values


def _ask_watched(wait: Wait, statement: Statement, digest: bytes, reopen: bool) -> list[Any] | None:
    watch = deadline.watch()
    watch.begin(wait)
    try:
        return _fetch(wait, statement, digest, reopen)
    finally:
        watch.end(wait)


def _fetch(wait: Wait, statement: Statement, digest: bytes, reopen: bool) -> list[Any] | None:
    connection = wait.connection
    if not reopen:
        return _ask_prepared(connection, statement, digest)
    if connection.in_atomic_block:
        connection.ensure_connection()
        return _ask(connection, statement, digest)
    if connection.connection is not None:
        # The statement tells as well whether a connection that was kept open still lives, so Django need not ask first.
        connection.health_check_done = True  # type: ignore[attr-defined]
        try:
            return _ask(connection, statement, digest)
        except DatabaseError as error:
            if wait.seconds_left <= 0 or (connection.is_usable() and not is_of_pooler(error)):
                raise
        deadline.watch().close(connection)
    open_within(connection, wait.seconds_left)
    return _ask(connection, statement, digest)


def _ask(connection: BaseDatabaseWrapper, statement: Statement, digest: bytes) -> list[Any] | None:
    # Django's own cursor tells whoever is watching what it sends.
    if statement.question is None or connection.queries_logged or connection.execute_wrappers:
        return _ask_django(connection, statement, digest)
    return _ask_prepared(connection, statement, digest)


def _ask_prepared(connection: BaseDatabaseWrapper, statement: Statement, digest: bytes) -> list[Any] | None:
    """Past Django, which would open another connection without a word."""
    if statement.question is None:
        raise OperationalError("A replica is asked by prepared statements alone.")
    with connection.wrap_database_errors:
        return statement.question.ask(connection, digest)


def _ask_django(connection: BaseDatabaseWrapper, statement: Statement, digest: bytes) -> list[Any] | None:
    with sqlite.impatient(connection), connection.cursor() as cursor:
        cursor.execute(statement.sql, (digest,) * statement.sql.count("%s"))
        row = cursor.fetchone()
    if row is None:
        return None
    values = list(row)
    for place, expression, functions in statement.converters:
        for function in functions:
            values[place] = function(values[place], expression, connection)
    return values


@lru_cache
def _breaker(_alias: str) -> Breaker:
    return Breaker()
