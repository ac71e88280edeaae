"""Migrations that change what a database has besides tables, forward and backward."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from accesskeys.models import AccessKey

IN_ORDER = {
    "access_key_in_creation_order",
    "access_key_in_name_order",
    "access_key_in_last_use_order",
    "access_key_in_expiry_order",
    "access_key_suspended",
}
LATER = {"access_key_double_underscore"}
if connection.vendor == "postgresql":
    LATER |= {"access_key_by_label", "access_key_by_scope", "access_key_by_part_of_owner"}
    LATER |= {"access_key_creation_alone"}
BEFORE = {"access_key_by_creation", "access_key_by_last_use", "access_key_by_expiry"}
BEFORE_ON_POSTGRESQL = {"access_key_by_last_use_never_first", "accesskeys_accesskey_name_5f36e573_like"}


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, AccessKey._meta.db_table))


@pytest.mark.django_db(transaction=True)
def test_an_index_for_each_order() -> None:
    superfluous = BEFORE | (BEFORE_ON_POSTGRESQL if connection.vendor == "postgresql" else set())
    now = indexes()
    assert now >= IN_ORDER | LATER
    assert not now & superfluous
    try:
        call_command("migrate", "accesskeys", "0003", verbosity=0)
        assert indexes() == now - IN_ORDER - LATER | superfluous
    finally:
        call_command("migrate", "accesskeys", verbosity=0)
    assert indexes() == now
