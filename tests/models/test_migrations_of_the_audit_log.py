"""The indexes of the audit log, forward and backward: the one that Django made of a reference goes, and comes back."""

from __future__ import annotations

import pytest
from django.core.management import call_command
from django.db import connection

from accesskeys.models import AuditEvent

SEARCHED = {
    "audit_event_by_name",
    "audit_event_by_actor",
    "audit_event_by_action",
    "audit_event_of_operators",
    "audit_event_by_operator",
    "audit_event_of_access_key",
}
OF_ONE_OPERATOR = ("audit_event_of_one_operator", "audit_event_about_operator")  # since 0025, and until then
BEFORE = {"accesskeys_auditevent_operator_id_bdef6746", "audit_event_by_access_key"}


def indexes() -> set[str]:
    with connection.cursor() as cursor:
        constraints = connection.introspection.get_constraints(cursor, AuditEvent._meta.db_table)
    return {name for name, each in constraints.items() if each["index"] and not each["foreign_key"]}


@pytest.mark.django_db(transaction=True)
def test_the_indexes_of_searches() -> None:
    now = indexes()
    assert now >= SEARCHED
    assert not now & BEFORE
    try:
        call_command("migrate", "accesskeys", "0021", verbosity=0)
        assert indexes() == now - SEARCHED - {OF_ONE_OPERATOR[0]} | BEFORE | {OF_ONE_OPERATOR[1]}
    finally:
        call_command("migrate", "accesskeys", verbosity=0)
    assert indexes() == now
