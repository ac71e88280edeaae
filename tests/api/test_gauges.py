"""Numbers that are looked up with each scrape."""

from __future__ import annotations

import errno
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from accesskeys import operations
from accesskeys.api import exposition, gauges
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.clients import anybody
from tests.factories import AccessKeyFactory
from tests.helpers import master_key

pytestmark = pytest.mark.django_db

Samples = dict[tuple[str, ...], float]


@pytest.fixture(autouse=True)
def own_gauges(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    anybody().get("/metrics/")  # Whoever registers some does it with the addresses.
    monkeypatch.setattr(exposition, "_GAUGES", dict(exposition._GAUGES))
    gauges._rows.cache_clear()
    yield
    gauges._rows.cache_clear()


def samples(name: str) -> Samples:
    """By the values of its labels."""
    found = [each for each in text_string_to_metric_families(exposition.text().decode()) if each.name == name]
    return {tuple(sample.labels.values()): sample.value for family in found for sample in family.samples}


def test_a_number_is_a_line() -> None:
    exposition.gauge("a_number", "Of something.", lambda: 3)
    exposition.gauge("some", "Of kinds.", lambda: {"one": 1, "two": 2}, label="kind")
    exposition.gauge("unknown", "Of nothing yet.", lambda: None)
    exposition.moment("done", "When.", lambda: datetime(2026, 11, 23, 12, tzinfo=UTC))
    exposition.moment("never_done", "When.", lambda: None)
    exposition.info("facts", "Of what runs.", {"version": "1.2", "python": "3"})
    assert samples("a_number") == {(): 3}
    assert samples("some") == {("one",): 1, ("two",): 2}
    assert samples("unknown") == {}
    assert samples("done") == {(): 1795435200}
    assert samples("never_done") == {}
    assert samples("facts") == {("3", "1.2"): 1}


def test_one_that_cannot_be_read_costs_itself_alone(caplog: pytest.LogCaptureFixture) -> None:
    def read() -> float:
        raise PermissionError(errno.EACCES, "Permission denied", "/somewhere/hunter2")

    exposition.gauge("broken", "Of a file.", read)
    exposition.gauge("other", "Of something.", lambda: 1)
    for _ in range(2):
        assert (samples("broken"), samples("other")) == ({}, {(): 1})
    messages = [record.message for record in caplog.records if record.name == "accesskeys.metrics"]
    assert messages == ["A number for Prometheus is not known: broken: Permission denied"]


def test_what_waits_for_housekeeping(settings: Settings, command: Actor) -> None:
    name = "access_keys_housekeeping_due"
    settings.ACCESS_KEYS_AUDIT_LOG_DAYS = 7
    kinds = ("audit_events", "old_keys", "idempotent_requests", "bulk_runs", "sessions")
    assert samples(name) == {(what,): 0 for what in kinds}
    now = timezone.now()
    for hours in (-2, -1, 1):
        Session.objects.create(session_key=f"{hours}", expire_date=now + timedelta(hours=hours))
    with time_machine.travel(now - timedelta(days=8)):
        operations.generate(name="old", actor=command)
    assert samples(name) == {(what,): 0 for what in kinds} | {("sessions",): 2, ("audit_events",): 1}


def test_without_sessions_there_are_none_that_wait(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gauges.apps, "is_installed", lambda _name: False)
    assert ("sessions",) not in samples("access_keys_housekeeping_due")


def test_rows_of_master_keys(settings: Settings) -> None:
    settings.ACCESS_KEYS_MASTER_KEYS = f"{settings.ACCESS_KEYS_MASTER_KEYS},{master_key('k0')}"
    AccessKeyFactory.create_batch(3)
    moved = AccessKeyFactory()
    AccessKey.objects.filter(pk=moved.pk).update(sealed_key_id="lost")
    expected = {("k1",): 4, ("k0",): 0, ("lost",): 1}
    assert samples("access_keys_master_key_rows") == expected
    AccessKeyFactory()
    assert samples("access_keys_master_key_rows") == expected  # Counted every ten minutes.


def test_this_installation() -> None:
    now = timezone.now()
    for number in range(3):
        Session.objects.create(session_key=f"{number}", expire_date=now + timedelta(minutes=90 - 60 * number))
    assert samples("identity_cloud_sessions") == {(): 2}
    ready = samples("identity_cloud_ready")
    assert set(ready) == {(name,) for name in ("database", "migrations", "master_keys", "counters", "disk")}
    [build] = samples("identity_cloud_build_info")
    assert re.fullmatch(r"5\.2\.\d+ 3\.\d+\.\d+\S* \S+", " ".join(build))
