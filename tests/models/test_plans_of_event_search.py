"""A search of the audit log goes down one index in the order shown: neither database sorts, or reads every entry."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from accesskeys.console.filters import AuditLogFilter
from accesskeys.models import AuditEvent
from accesskeys.models.event_search import EventSearch, Subject
from tests.factories import OperatorFactory
from tests.models.events import event, reading

# PostgreSQL reads from an index alone what it has vacuumed, and it does so in no transaction.
pytestmark = pytest.mark.django_db(transaction=True)

EVENTS = AuditEvent.objects
ID = UUID(int=7)
ROWS = 6_000
BY_TIME, BY_ACTION, BY_ACTOR = ("audit_event_newest_first", "audit_event_by_action", "audit_event_by_actor")
BY_NAME, BY_ID, OF_OPERATORS = (
    "audit_event_by_name",
    "audit_event_of_access_key",
    "audit_event_of_operators",
)


BY_OPERATOR, OF_OPERATOR = "audit_event_by_operator", "audit_event_of_one_operator"
LIMITS = ("enable_seqscan", "enable_bitmapscan", "enable_sort")


@pytest.fixture(autouse=True)
def operator() -> Iterator[User]:
    """Rows enough to be told apart, and for PostgreSQL nothing but indexes in order to find them by."""
    operator = OperatorFactory()
    EVENTS.bulk_create(
        event(
            n,
            actor_label=f"actor_{n % 20}",
            access_key_name=f"name_{n % 20}",
            access_key_id=UUID(int=n % 20),
            action=("access_key.shown", "operator.invited", "access_key.renamed")[n % 3],
            operator=operator if n % 20 == 0 else None,
            about_operator_id=n % 20 + 1,
        )
        for n in range(ROWS)
    )
    is_postgresql = connection.vendor == "postgresql"
    with connection.cursor() as cursor:
        if is_postgresql:
            cursor.execute("VACUUM ANALYZE accesskeys_auditevent")
            for limit in LIMITS:
                cursor.execute(f"SET {limit} = off")
        yield operator
        if is_postgresql:
            for limit in LIMITS:
                cursor.execute(f"RESET {limit}")


@contextmanager
def plans() -> Iterator[list[str]]:
    """How the database goes about each statement of this block."""
    told: list[str] = []
    explain = "EXPLAIN" if connection.vendor == "postgresql" else "EXPLAIN QUERY PLAN"

    def execute(run: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        run(f"{explain} {sql}", params, many, context)
        told.append("\n".join(str(row[-1]) for row in context["cursor"].fetchall()))
        return run(sql, params, many, context)

    with connection.execute_wrapper(execute):
        yield told


def index_of(plan: str) -> str:
    """The one index that is walked."""
    assert "Seq Scan" not in plan
    assert "SCAN accesskeys_auditevent" not in plan.replace("SCAN accesskeys_auditevent USING", "")
    assert "Sort" not in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    [index] = {word for word in plan.replace("(", " ").split() if word.startswith("audit_event_")}
    return index


OF_SEARCHES: list[tuple[dict[str, Any], list[str]]] = [
    ({"action": "access_key.shown"}, [BY_ACTION]),
    ({"about": Subject.OPERATORS}, [OF_OPERATORS]),
    ({"access_key_id": ID}, [BY_ID]),
    ({"about": Subject.ACCESS_KEYS, "action": "operator.invited"}, [BY_ACTION] * 2),
    ({"access_key_id": ID, "actor": "nobody", "action": "access_key.shown"}, [BY_ID] * 2),
    ({"operator_id": 7}, [BY_OPERATOR, OF_OPERATOR]),
    ({"operator_id": 7, "action": "access_key.shown"}, [BY_OPERATOR] * 2 + [OF_OPERATOR] * 2),
    ({"operator_id": 7, "about": Subject.OPERATORS}, [BY_OPERATOR] * 2 + [OF_OPERATOR] * 2),
    ({"operator_id": 7, "access_key_id": ID}, [BY_ID] * 2),
    ({"operator_id": 7, "actor": "actor_3"}, [BY_OPERATOR] * 2 + [OF_OPERATOR] * 2 + [BY_ACTOR] * 2),
    ({"actor": "nobody"}, [BY_TIME, BY_TIME, BY_ACTOR]),
    ({"access_key_name": "nothing"}, [BY_TIME, BY_TIME, BY_NAME]),
    ({"actor": "actor_3", "about": Subject.OPERATORS}, [OF_OPERATORS] * 2 + [BY_ACTOR] * 2),
    ({"actor": "actor_3", "action": "access_key.shown"}, [BY_ACTION] * 2 + [BY_ACTOR] * 2),
    ({"access_key_name": "name_3", "action": "operator.invited"}, [BY_ACTION] * 2 + [BY_NAME] * 2),
    ({"actor": "actor_3", "access_key_name": "name_4"}, [BY_TIME] * 2 + [BY_NAME] * 2 + [BY_ACTOR] * 2),
]
TIMES: list[dict[str, Any]] = [
    {},
    {"until": event(ROWS - 20).at},
    {"since": event(0).at, "until": event(ROWS - 20).at},
]


def test_of_searches() -> None:
    for (asked, indexes), time in product(OF_SEARCHES, TIMES):
        with reading(50), plans() as told:
            EventSearch(**asked, **time).newest(EVENTS.all(), 1_001)
        assert [index_of(plan) for plan in told] == indexes, (asked, time, told)


OF_FILES: list[tuple[dict[str, str], str]] = [
    ({}, BY_TIME),
    ({"until": "2026-11-24T14:00"}, BY_TIME),
    ({"actor": "nobody"}, BY_TIME),
    ({"action": "access_key.shown"}, BY_ACTION),
    ({"about": "operators", "actor": "nobody"}, OF_OPERATORS),
    ({"access_key": str(ID)}, BY_ID),
    ({"operator": "nobody"}, BY_TIME),
]


def test_of_files() -> None:
    for query, index in OF_FILES:
        chosen = AuditLogFilter(query).choose(EVENTS.all()).values_list("at")[:500]
        with plans() as told:
            list(chosen)
        assert [index_of(plan) for plan in told] == [index], (query, told)


def test_of_the_history_of_an_operator_and_of_what_was_shown_within_an_hour(operator: User) -> None:
    by_operator = EVENTS.filter(operator=operator)
    with plans() as told:
        assert len(by_operator.order_by("-at", "-id")[:20]) == 20
        list(
            by_operator.filter(
                action="access_key.shown", at__gt=timezone.now() - timedelta(hours=1)
            ).order_by("-at")[:9]
        )
    assert [index_of(plan) for plan in told] == [BY_OPERATOR] * 2
