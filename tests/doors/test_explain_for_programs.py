"""``explain_access_key`` for programs: its exit code, its JSON and its times."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.doors.helpers import refused, run
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, 0, 0, 987654, tzinfo=UTC)
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[T ]\S*(?: UTC)?")


class TestJson:
    def test_one_that_passes(self, access_key: AccessKey, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW + timedelta(days=9999), tick=False)
        assert json.loads(run("explain_access_key", "billing", "--json")) == {
            "id": str(access_key.pk),
            "name": "billing",
            "at": "2054-04-09T12:00:00Z",
            "accepted": True,
            "refused_by": None,
            "checks": [
                {"check": "suspended", "passes": True, "told": "no"},
                {"check": "expired", "passes": True, "told": "never"},
                {"check": "address", "passes": True, "told": "anywhere"},
                {"check": "rate", "passes": True, "told": "unlimited"},
            ],
        }

    def test_one_that_is_refused(self, access_key: AccessKey, command: Actor) -> None:
        operations.suspend(access_key_id=access_key.pk, actor=command)
        told = json.loads(refused("explain_access_key", "billing", "--json"))
        assert (told["accepted"], told["refused_by"]) == (False, "suspended")
        assert [check["check"] for check in told["checks"]] == ["suspended"]


class TestTimes:
    def test_all_in_one_format(self, time_machine: TimeMachineFixture, command: Actor) -> None:
        time_machine.move_to(NOW, tick=False)
        access_key = AccessKeyFactory(name="billing", expires_at=NOW + timedelta(hours=1))
        ask = ("explain_access_key", "billing", "--at")
        said = run(*ask, "2026-11-23T13:30:00.5+01:00") + refused(*ask, "2026-11-23T14:00:01+01:00")
        operations.suspend(access_key_id=access_key.pk, actor=command)
        said += refused(*ask[:2])
        with pytest.raises(CommandError) as too_early:
            call_command(*ask, "2020-01-01T00:00:00Z")
        assert MOMENT.findall(f"{said}{too_early.value}") == [
            "2026-11-23T12:30:00Z",
            "2026-11-23T13:00:00Z",
            "2026-11-23T13:00:01Z",
            "2026-11-23T13:00:00Z",
            "2026-11-23T12:00:00Z",
            "2026-11-23T12:00:00Z",
            "2026-11-23T12:00:00Z.",
        ]

    def test_the_moment_that_is_named_can_be_asked_for(self, time_machine: TimeMachineFixture) -> None:
        """Generated within that second, and a little after it began."""
        time_machine.move_to(NOW, tick=False)
        AccessKeyFactory(name="billing")
        assert "Accepted." in run("explain_access_key", "billing", "--at", "2026-11-23T12:00:00Z")
