"""``housekeeping`` deletes what is older than it is kept, and says so in the audit log."""

from __future__ import annotations

import json
import os
import re
import signal
import time
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.utils import timezone
from pytest_django import Settings

from accesskeys import operations
from accesskeys.core.exceptions import Forbidden
from accesskeys.models import Action, AuditEvent, Outcome, steps
from accesskeys.operations import housekeeping
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, proven
from tests.helpers import at_once, refusing_inserts
from tests.management.helpers import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_cache")]

KEPT = 400


def happened(days_ago: float, number: int = 1) -> None:
    """So many events, at a time that long ago."""
    at = timezone.now() - timedelta(days=days_ago)
    event = {"action": Action.SHOWN, "outcome": Outcome.SUCCEEDED, "access_key_name": "billing"}
    AuditEvent.objects.bulk_create([AuditEvent(at=at, **event) for _ in range(number)])


def signed_in(seconds_left: int) -> None:
    session = SessionStore()
    session.set_expiry(seconds_left)
    session.create()


def trimmed() -> list[dict[str, Any]]:
    """What the events say that deleting has left."""
    return list(
        AuditEvent.objects.filter(action=Action.TRIMMED).order_by("id").values_list("details", flat=True)
    )


def others() -> int:
    return AuditEvent.objects.exclude(action=Action.TRIMMED).count()


class TestAuditEvents:
    def test_older_ones_are_deleted_and_that_is_an_event(self) -> None:
        happened(days_ago=KEPT + 0.01, number=3)
        happened(days_ago=KEPT - 0.01, number=2)
        told = run("housekeeping")
        # What other tests have counted is in the same folder.
        assert re.sub(r"idle counters \d+", "idle counters 0", told) == (
            "Deleted: audit events 3, expired sessions 0, old keys 0, remembered requests 0, old runs 0, "
            "closed hand-overs 0, sessions of operators 0, sign-in links 0, idle counters 0. "
            "Audit events are kept for 400 days.\n"
        )
        assert others() == 2
        event = AuditEvent.objects.get(action=Action.TRIMMED)
        assert (event.actor_label, event.door, event.outcome, event.access_key_id) == (
            "manage.py",
            "command",
            "succeeded",
            None,
        )
        assert event.details["deleted"] == 3
        before = datetime.fromisoformat(event.details["before"])
        assert timedelta(0) <= event.at - timedelta(days=KEPT) - before < timedelta(seconds=2)

    def test_where_nothing_is_deleted_nothing_is_written(self) -> None:
        happened(days_ago=KEPT - 1)
        run("housekeeping")
        run("housekeeping")
        assert (others(), trimmed()) == (1, [])

    def test_many_are_deleted_in_steps_that_one_event_counts(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(steps, "AT_ONCE", 10)
        happened(days_ago=KEPT + 1, number=35)
        run("housekeeping")
        assert others() == 0
        assert [details["deleted"] for details in trimmed()] == [35]

    def test_the_oldest_go_first(self, monkeypatch: pytest.MonkeyPatch, command: Actor) -> None:
        monkeypatch.setattr(steps, "AT_ONCE", 2)
        for days in (403, 401, 402, 404):
            happened(days_ago=days)
        assert next(operations.trim_audit_log(actor=command)) == 2
        left = AuditEvent.objects.exclude(action=Action.TRIMMED).order_by("at")
        assert [(timezone.now() - event.at).days for event in left] == [402, 401]

    @pytest.mark.parametrize(("days", "left"), [(None, 3), (500, 2), (1, 0)])
    def test_the_setting_decides(self, settings: Settings, days: int | None, left: int) -> None:
        settings.ACCESS_KEYS_AUDIT_LOG_DAYS = days
        for ago in (2, 450, 3000):
            happened(days_ago=ago)
        kept = "for good" if days is None else f"for {days} days"
        assert run("housekeeping").endswith(f" Audit events are kept {kept}.\n")
        assert others() == left

    def test_for_programs(self) -> None:
        happened(days_ago=KEPT + 1)
        signed_in(-1)
        assert json.loads(run("housekeeping", "--json")) == {
            "audit_events": 1,
            "sessions": 1,
            "old_keys": 0,
            "idempotent_requests": 0,
            "bulk_runs": 0,
            "hand_overs": 0,
            "user_sessions": 0,
            "links": 0,
            "counters": 0,
        }

    @pytest.mark.parametrize("roles", [["Auditors"], ["Operators", "Viewers", "Auditors"]])
    def test_at_no_other_door(self, roles: list[str]) -> None:
        """Whoever reads the log cannot shorten it."""
        happened(days_ago=KEPT + 1)
        operator = proven(OperatorFactory(roles=roles, is_superuser=True), address=None)
        program = Actor.for_access_key(AccessKeyFactory(scopes=["access_keys:write"]), address=None)
        for actor in (operator, program):
            with pytest.raises(Forbidden):
                next(operations.trim_audit_log(actor=actor))
            event = AuditEvent.objects.latest("id")
            assert (event.action, event.outcome) == (Action.TRIMMED, "refused")
        assert AuditEvent.objects.filter(access_key_name="billing").count() == 1


class TestSessions:
    def test_expired_ones_are_deleted(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(steps, "AT_ONCE", 2)
        for seconds in (-1, -100, -3, -10_000, -86_400, 60):
            signed_in(seconds)
        assert "expired sessions 5," in run("housekeeping")
        assert Session.objects.count() == 1

    def test_a_project_may_have_none(self, settings: Settings) -> None:
        signed_in(-1)
        settings.INSTALLED_APPS = [app for app in settings.INSTALLED_APPS if app != "django.contrib.sessions"]
        assert "expired sessions 0," in run("housekeeping")


@pytest.mark.django_db(transaction=True)
class TestOnTheWay:
    """Each step is whole, with what the event says of it."""

    @pytest.fixture(autouse=True)
    def small_steps(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(steps, "AT_ONCE", 5)
        happened(days_ago=KEPT + 1, number=60)

    @pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
    def test_an_interruption_ends_it_between_two_steps(
        self, number: signal.Signals, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        signed_in(-1)
        # Its own clock: other threads of this process sleep as well.
        clock = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _seconds: os.kill(os.getpid(), number))
        monkeypatch.setattr(housekeeping, "time", clock)
        with pytest.raises(CommandError, match=r"^Interrupted\. Run it again for what is left\.$"):
            run("housekeeping")
        assert (others(), Session.objects.count()) == (50, 1)
        assert [details["deleted"] for details in trimmed()] == [10]
        monkeypatch.undo()
        run("housekeeping")
        assert (others(), Session.objects.count()) == (0, 0)
        assert [details["deleted"] for details in trimmed()] == [10, 50]

    def test_what_cannot_be_written_down_is_not_deleted(self) -> None:
        with refusing_inserts("accesskeys_auditevent"), pytest.raises(DatabaseError):
            run("housekeeping")
        assert (others(), trimmed()) == (60, [])

    def test_two_at_once_delete_each_event_once(self) -> None:
        def trim() -> int:
            return sum(operations.trim_audit_log(actor=Actor.for_command()))

        results = at_once([trim, trim, trim])
        assert sum(number for number in results if isinstance(number, int)) == 60
        assert all(isinstance(number, int) for number in results)
        assert others() == 0
        assert sum(details["deleted"] for details in trimmed()) == 60

    def test_others_write_in_between(self, command: Actor) -> None:
        for _ in operations.trim_audit_log(actor=command):
            connection.close()  # Nothing is open between two steps.
            operations.generate(name=f"billing_{others()}", actor=command)
        assert AuditEvent.objects.filter(action=Action.GENERATED).count() == 12
