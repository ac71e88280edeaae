"""The one statement of every authentication, compiled once.

Building the same query in Python again for each request costs several times what the database needs to answer it.
Here the QuerySet is compiled at the first request, for each database, and its SQL is sent as it is: prepared on
PostgreSQL where ``prepare_threshold`` allows it, and without a search for escapes on SQLite.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple, Self

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from accesskeys.keyring import same
from accesskeys.models.access_key import AccessKey

_HIDDEN = {"digest", "digest_key_id", "sealed", "sealed_key_id"}
_FIELDS = [field.attname for field in AccessKey._meta.concrete_fields if field.name not in _HIDDEN]


class _Statement(NamedTuple):
    """The SQL, the cursor of the driver that takes it, and what makes field values of columns, by their place."""

    sql: str
    cursor: Callable[[Any], Any]
    converters: tuple[tuple[int, Any, list[Callable[..., Any]]], ...]


def find_by_digest(digest: bytes) -> AccessKey | None:
    """The access key with this digest, read now. The instance does not carry the digest."""
    alias = router.db_for_read(AccessKey) or DEFAULT_DB_ALIAS
    connection = connections[alias]
    statement = _compile(alias)
    row = _fetch(connection, statement, digest)
    if row is None or not same(bytes(row[0]), digest):
        return None
    values = list(row[1:])
    for index, expression, functions in statement.converters:
        for function in functions:
            values[index] = function(values[index], expression, connection)
    return AccessKey.from_db(alias, _FIELDS, values)


def _fetch(connection: BaseDatabaseWrapper, statement: _Statement, digest: bytes) -> Any:
    if connection.connection is None or connection.in_atomic_block:
        return _execute(connection, statement, digest)
    # The statement tells as well whether a connection that was kept open still lives, so Django need not ask first.
    connection.health_check_done = True  # type: ignore[attr-defined]
    try:
        return _execute(connection, statement, digest)
    except DatabaseError:
        if connection.is_usable():
            raise
        connection.close()
        return _execute(connection, statement, digest)


def _execute(connection: BaseDatabaseWrapper, statement: _Statement, digest: bytes) -> Any:
    if connection.queries_logged:  # Django's own cursor tells whoever is watching what it sends.
        with connection.cursor() as cursor:
            cursor.execute(statement.sql, (digest,))
            return cursor.fetchone()
    connection.ensure_connection()
    with connection.wrap_database_errors:
        cursor = statement.cursor(connection.connection)
        connection.make_cursor(cursor).execute(statement.sql, (digest,))
        return cursor.fetchone()


@lru_cache(maxsize=4)
def _compile(alias: str) -> _Statement:
    connection = connections[alias]
    query = AccessKey.objects.using(alias).filter(digest=b"").values_list("digest", *_FIELDS).query
    compiler: SQLCompiler = query.get_compiler(alias)
    sql, _ = compiler.as_sql()
    converters = compiler.get_converters([column for column, _, _ in compiler.select[1:]])
    return _Statement(
        sql,
        _driver_cursor(connection),
        tuple((index, expression, functions) for index, (functions, expression) in converters.items()),
    )


def _driver_cursor(connection: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    if connection.vendor == "sqlite":
        return lambda driver: driver.cursor(_SqliteCursor)
    if connection.vendor == "postgresql" and connection.settings_dict["OPTIONS"].get("prepare_threshold"):
        from accesskeys.models.prepared import PreparedCursor

        return PreparedCursor
    return lambda driver: driver.cursor()


class _SqliteCursor(sqlite3.Cursor):
    """Takes the SQL as Django writes it. Django's own cursor looks for escapes as well, which takes longer."""

    def execute(self, sql: str, parameters: Any = ()) -> Self:
        return super().execute(sql.replace("%s", "?"), parameters)
