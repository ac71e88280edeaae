"""The one statement of every authentication, compiled once.

Building the same query in Python again for each request costs several times what the database needs to answer it.
Here the QuerySet is compiled at the first request, for each database, and its SQL is sent as it is: to the driver
itself, whose values need little to become those of the fields.
"""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler

from accesskeys.core.keyring import same
from accesskeys.models.access_key import AccessKey
from accesskeys.verification.finding import sqlite
from accesskeys.verification.finding.asking import Question, Statement, ask

_HIDDEN = {"digest", "digest_key_id", "sealed", "sealed_key_id"}
_FIELDS = [field for field in AccessKey._meta.concrete_fields if field.name not in _HIDDEN]
_NAMES = [field.attname for field in _FIELDS]


def find_by_digest(digest: bytes) -> AccessKey | None:
    """The access key with this digest, read now. The instance does not carry the digest."""
    alias = router.db_for_read(AccessKey) or DEFAULT_DB_ALIAS
    values = ask(connections[alias], _compile(alias), digest)
    if values is None or not same(bytes(values[0]), digest):
        return None
    return _instance(alias, values[1:])


def _instance(alias: str, values: list[Any]) -> AccessKey:
    # Made as unpickling makes one, with what was not read deferred: ``from_db`` asks each field in turn whether it was
    # read, which takes as long as SQLite needs to find the row.
    access_key = AccessKey.__new__(AccessKey)
    access_key._state = ModelState()
    access_key._state.adding = False
    access_key._state.db = alias
    access_key.__dict__.update(zip(_NAMES, values, strict=True))
    return access_key


@lru_cache(maxsize=4)
def _compile(alias: str) -> Statement:
    connection = connections[alias]
    query = AccessKey.objects.using(alias).filter(digest=b"").values_list("digest", *_NAMES).query
    compiler: SQLCompiler = query.get_compiler(alias)
    sql, _ = compiler.as_sql()
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    return Statement(
        sql,
        tuple((place, expression, functions) for place, (functions, expression) in converters.items()),
        _question(connection, sql),
    )


def _question(connection: BaseDatabaseWrapper, sql: str) -> Question | None:
    if connection.timezone is not UTC:  # In a project of local times, which Django's converters know.
        return None
    if connection.vendor == "sqlite":
        return sqlite.Question(sql, [AccessKey._meta.get_field("digest"), *_FIELDS])
    if connection.vendor == "postgresql" and connection.settings_dict["OPTIONS"].get("prepare_threshold"):
        from accesskeys.verification.finding import (
            postgresql,  # Needs psycopg, which is there for PostgreSQL alone.
        )

        return postgresql.Question(sql)
    return None
