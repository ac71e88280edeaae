"""The statement of every authentication, compiled once, and the longer one where a rotation may matter.

Building the same query in Python again for each request costs several times what the database needs to answer it.
Here the QuerySet is compiled at the first request, for each database, and its SQL is sent as it is: to the driver
itself, whose values need little to become those of the fields.
"""

from __future__ import annotations

from datetime import UTC
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, Error, connections, router
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, IntegerField
from django.db.models.base import ModelState
from django.db.models.sql.compiler import SQLCompiler

from accesskeys.core import conf
from accesskeys.core.keyring import same
from accesskeys.models import AccessKey, Presented, Rotation
from accesskeys.verification.finding import sqlite
from accesskeys.verification.finding.asking import Question, Statement, ask
from accesskeys.verification.finding.deadline import Wait
from accesskeys.verification.replica import trusted

# What no decision and no answer to a gateway needs. Asked for, it is read.
_HIDDEN = {
    *("digest", "digest_key_id", "sealed", "sealed_key_id", "key_created_at", "key_first_used_at"),
    *("created_by", "description", "owner", "has_next_key", "hint"),
}
_FIELDS = [field for field in AccessKey._meta.concrete_fields if field.name not in _HIDDEN]
_NAMES = [field.attname for field in _FIELDS]
# What ``Presented`` says, of either key: its own last use is another column.
_OF_PRESENT = ("rotation__ends_at", "rotation__first_used_at", "rotation__old_last_used_at")
_OF_NEXT = ("ends_at", "first_used_at", "last_used_at")


def find_by_digest(digest: bytes) -> AccessKey | None:
    """The access key with this digest, read now. The instance does not carry the digest.

    A replica is asked first, where there is one that is recent enough; whatever fails there, the primary answers.
    """
    alias = router.db_for_read(AccessKey) or DEFAULT_DB_ALIAS
    seconds = conf.decision_timeout()
    nearer = conf.replica()
    if (
        nearer is not None
        and not connections[alias].in_atomic_block
        and (replica := trusted(nearer)) is not None
    ):
        wait = Wait(replica, seconds / 4)
        try:
            return _find(wait, alias, digest, reopen=False)
        except Error:
            replica.close()
            seconds -= wait.seconds - wait.seconds_left
    return _find(Wait(connections[alias], seconds), alias, digest)


def _find(wait: Wait, alias: str, digest: bytes, *, reopen: bool = True) -> AccessKey | None:
    """Where the first statement finds one that has no next key, that is the answer. Otherwise the second one is, alone.

    So either way the answer is what one statement has seen. Whatever else is read of it is read from ``alias``.
    """
    asked = wait.connection.alias
    values = ask(wait, _of_only_keys(asked), digest, reopen=reopen)
    if values is not None and same(bytes(values[0]), digest) and not values[-1]:
        return _instance(alias, values[1:-1])
    values = ask(wait, _of_all_keys(asked), digest, reopen=reopen)
    if values is None or not same(bytes(values[0]), digest):
        return None
    access_key = _instance(alias, values[1:-4])
    ends_at, first_used_at, last_used_at, is_next = values[-4:]
    if ends_at is not None:
        access_key.presented = Presented(bool(is_next), ends_at, first_used_at, last_used_at)
    return access_key


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
def _of_only_keys(alias: str) -> Statement:
    """Of one table: what joins another costs PostgreSQL half as much again. See docs/decisions/0027."""
    only = AccessKey.objects.filter(digest=b"").values_list("digest", *_NAMES, "has_next_key")
    compiler: SQLCompiler = only.query.get_compiler(alias)
    return _statement("access_key_by_digest", compiler, compiler.as_sql()[0], [])


@lru_cache(maxsize=4)
def _of_all_keys(alias: str) -> Statement:
    """Of a present key with what its rotation says of it, or of a next key."""
    present = AccessKey.objects.filter(digest=b"").values_list("digest", *_NAMES, *_OF_PRESENT, _literal(0))
    following = Rotation.objects.filter(digest=b"").values_list(
        "digest", *(f"access_key__{name}" for name in _NAMES), *_OF_NEXT, _literal(1)
    )
    compiler: SQLCompiler = present.query.get_compiler(alias)
    other: SQLCompiler = following.query.get_compiler(alias)
    sql = f"{compiler.as_sql()[0]} UNION ALL {other.as_sql()[0]}"
    return _statement("access_key_in_rotation_by_digest", compiler, sql, list(_OF_NEXT))


def _literal(number: int) -> Func:
    return Func(template=str(number), output_field=IntegerField())


def _statement(name: str, compiler: SQLCompiler, sql: str, moments: list[str]) -> Statement:
    converters = compiler.get_converters([column for column, _, _ in compiler.select])
    return Statement(
        sql,
        tuple((place, expression, functions) for place, (functions, expression) in converters.items()),
        _question(name, compiler.connection, sql, moments),
    )


def _question(name: str, connection: BaseDatabaseWrapper, sql: str, moments: list[str]) -> Question | None:
    if connection.timezone is not UTC:  # In a project of local times, which Django's converters know.
        return None
    if connection.vendor == "sqlite":
        of_rotation = [field for field in Rotation._meta.concrete_fields if field.name in moments]
        return sqlite.Question(sql, [AccessKey._meta.get_field("digest"), *_FIELDS, *of_rotation])
    if connection.vendor == "postgresql" and connection.settings_dict["OPTIONS"].get("prepare_threshold"):
        from accesskeys.verification.finding import (
            postgresql,  # Needs psycopg, which is there for PostgreSQL alone.
        )

        return postgresql.Question(name, sql)
    return None
