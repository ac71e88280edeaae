"""All migrations can be taken back, one after the other and at once."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("target", ["0004", "0003", "0002", "0001", "zero"])
def test_back_and_forth(target: str) -> None:
    tables = set(connection.introspection.table_names())
    try:
        call_command("migrate", "accesskeys", target, verbosity=0)
        left = {name for name in connection.introspection.table_names() if name.startswith("accesskeys_")}
        assert bool(left) == (target != "zero")
    finally:
        call_command("migrate", verbosity=0)
    assert set(connection.introspection.table_names()) == tables
