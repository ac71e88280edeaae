"""What any usable key may ask: whether it is usable, and what is known about it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from time_machine import TimeMachineFixture

from tests.api.helpers import (
    CURRENT,
    PING,
    told,
)
from tests.clients import consumer
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


class TestPing:
    def test_any_usable_key(self) -> None:
        response = consumer(AccessKeyFactory()).get(PING)
        assert (response.status_code, response.json()) == (200, {"status": "ok"})
        assert "no-store" in response["Cache-Control"]

    def test_until_it_expires(self, time_machine: TimeMachineFixture) -> None:
        expiry = datetime(2030, 1, 1, tzinfo=UTC)
        time_machine.move_to(expiry - timedelta(days=1), tick=False)
        client = consumer(AccessKeyFactory(expires_at=expiry))
        statuses = []
        for microseconds in (-1, 0, 1):
            time_machine.move_to(expiry + timedelta(microseconds=microseconds), tick=False)
            statuses.append(client.get(PING).status_code)
        assert statuses == [200, 401, 401]

    def test_the_last_use_is_recorded(self, time_machine: TimeMachineFixture) -> None:
        now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        time_machine.move_to(now, tick=False)
        access_key = AccessKeyFactory()
        consumer(access_key).get(PING)
        access_key.refresh_from_db()
        assert access_key.last_used_at == now


class TestCurrent:
    def test_tells_the_calling_key_about_itself(self) -> None:
        AccessKeyFactory()
        access_key = AccessKeyFactory(scopes=["orders:read"], expires_at=timezone.now() + timedelta(days=1))
        client = consumer(access_key)
        client.get(PING)
        response = client.get(CURRENT)
        assert response.status_code == 200
        assert response.json() == told(access_key)
        assert "no-store" in response["Cache-Control"]
        assert key_of(access_key).encode() not in response.content
