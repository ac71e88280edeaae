"""The one statement of every authentication, compiled once.

Building the same query in Python again for each request costs several times what the database needs to answer it.
Here the QuerySet is compiled at the first request, for each database, and its SQL runs through Django's cursor.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, router
from django.db.models.sql.compiler import SQLCompiler

from accesskeys.keyring import same
from accesskeys.models.access_key import AccessKey

_HIDDEN = {"digest", "digest_key_id", "sealed", "sealed_key_id"}
_FIELDS = [field.attname for field in AccessKey._meta.concrete_fields if field.name not in _HIDDEN]


def find_by_digest(digest: bytes) -> AccessKey | None:
    """The access key with this digest, read now. The instance does not carry the digest."""
    alias = router.db_for_read(AccessKey) or DEFAULT_DB_ALIAS
    sql, convert = _compile(alias)
    with connections[alias].cursor() as cursor:
        cursor.execute(sql, (digest,))
        row = cursor.fetchone()
    if row is None or not same(bytes(row[0]), digest):
        return None
    return AccessKey.from_db(alias, _FIELDS, convert(row[1:]))


@lru_cache(maxsize=4)
def _compile(alias: str) -> tuple[str, Callable[[Any], list[Any]]]:
    query = AccessKey.objects.using(alias).filter(digest=b"").values_list("digest", *_FIELDS).query
    compiler: SQLCompiler = query.get_compiler(alias)
    sql, _ = compiler.as_sql()
    converters = compiler.get_converters([column for column, _, _ in compiler.select[1:]])

    def convert(row: Any) -> list[Any]:
        values = list(row)
        for index, (functions, expression) in converters.items():
            for function in functions:
                values[index] = function(values[index], expression, connections[alias])
        return values

    return sql, convert
