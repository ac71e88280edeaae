"""The one statement of every authentication, compiled once. It finds a key that is present, or the next one.

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
from django.db.models import Func, IntegerField
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler

from accesskeys.core.keyring import same
from accesskeys.models import AccessKey, Presented, Rotation
from accesskeys.verification.finding import sqlite
from accesskeys.verification.finding.asking import Question, Statement, ask

_HIDDEN = {"digest", "digest_key_id", "sealed", "sealed_key_id", "key_created_at", "key_first_used_at"}
_FIELDS = [field for field in AccessKey._meta.concrete_fields if field.name not in _HIDDEN]
_NAMES = [field.attname for field in _FIELDS]
# What ``Presented`` says, of either key: its own last use is another column.
_OF_PRESENT = ("rotation__ends_at", "rotation__first_used_at", "rotation__old_last_used_at")
_OF_NEXT = ("ends_at", "first_used_at", "last_used_at")


def _literal(number: int) -> Func:
    return Func(template=str(number), output_field=IntegerField())


def find_by_digest(digest: bytes) -> AccessKey | None:
    """The access key with this digest, read now. The instance does not carry the digest."""
    alias = router.db_for_read(AccessKey) or DEFAULT_DB_ALIAS
    values = ask(connections[alias], _compile(alias), digest)
    if values is None or not same(bytes(values[0]), digest):
        return None
    return _instance(alias, values[1:])


def _instance(alias: str, values: list[Any]) -> AccessKey:
    *columns, ends_at, first_used_at, last_used_at, is_next = values
    # Made as unpickling makes one, with what was not read deferred: ``from_db`` asks each field in turn whether it was
    # read, which takes as long as SQLite needs to find the row.
    access_key = AccessKey.__new__(AccessKey)
    access_key._state = ModelState()
    access_key._state.adding = False
    access_key._state.db = alias
    access_key.__dict__.update(zip(_NAMES, columns, strict=True))
    if ends_at is not None:
        access_key.presented = Presented(bool(is_next), ends_at, first_used_at, last_used_at)
    return access_key


@lru_cache(maxsize=4)
def _compile(alias: str) -> Statement:
    connection = connections[alias]
    present = AccessKey.objects.filter(digest=b"").values_list("digest", *_NAMES, *_OF_PRESENT, _literal(0))
    following = Rotation.objects.filter(digest=b"").values_list(
        "digest", *(f"access_key__{name}" for name in _NAMES), *_OF_NEXT, _literal(1)
    )
    compiler: SQLCompiler = present.query.get_compiler(alias)
    other: SQLCompiler = following.query.get_compiler(alias)
    sql = f"{compiler.as_sql()[0]} UNION ALL {other.as_sql()[0]}"
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
        moments = [field for field in Rotation._meta.concrete_fields if field.name in _OF_NEXT]
        return sqlite.Question(sql, [AccessKey._meta.get_field("digest"), *_FIELDS, *moments])
    if connection.vendor == "postgresql" and connection.settings_dict["OPTIONS"].get("prepare_threshold"):
        from accesskeys.verification.finding import (
            postgresql,  # Needs psycopg, which is there for PostgreSQL alone.
        )

        return postgresql.Question(sql)
    return None
