"""Taking tables for a migration, where PostgreSQL says something else than that they are held."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection

from accesskeys.models import migrating

pytestmark = pytest.mark.django_db(transaction=True)


def test_whatever_else_it_says_ends_the_migration() -> None:
    other = connection.copy()
    try:
        with other.cursor() as holding, connection.cursor() as cursor:
            holding.execute("BEGIN; LOCK TABLE accesskeys_accesskey IN ACCESS SHARE MODE")
            cursor.execute("SET statement_timeout = 100")
            with (
                connection.schema_editor() as editor,
                pytest.raises(OperationalError, match="statement timeout"),
            ):
                migrating._took(editor, ["accesskeys_accesskey"])
    finally:
        other.close()
        connection.close()
