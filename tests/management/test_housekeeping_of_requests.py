"""``housekeeping`` deletes what is remembered of requests that nobody may repeat any more."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from accesskeys.models import IdempotentRequest, steps
from tests.helpers import audit_log
from tests.management.helpers import run

pytestmark = pytest.mark.django_db


def asked(hours_ago: float, number: int = 1) -> None:
    """So many requests, that long ago."""
    at = timezone.now() - timedelta(hours=hours_ago)
    for _ in range(number):
        mark = uuid.uuid4().bytes * 2
        IdempotentRequest.objects.create(
            caller_id=uuid.uuid4(), mark=mark, body=mark, access_key_id=uuid.uuid4(), created_at=at
        )


def test_older_ones_are_deleted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "AT_ONCE", 2)
    asked(hours_ago=24.01, number=5)
    asked(hours_ago=23.99, number=2)
    assert " remembered requests 5, " in run("housekeeping")
    assert IdempotentRequest.objects.count() == 2
    assert audit_log() == []
    assert json.loads(run("housekeeping", "--json"))["idempotent_requests"] == 0


def test_whoever_asks_a_row_what_it_is_hears_no_more_than_its_number() -> None:
    asked(hours_ago=1)
    row = IdempotentRequest.objects.get()
    assert str(row) == str(row.pk)
