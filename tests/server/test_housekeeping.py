"""The server keeps house by itself: one of its processes, once an hour, beside the requests."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
from django.db import OperationalError

from server import housekeeper
from server.housekeeper import Housekeeper
from tests.server.servers import SERVER, Site

SOON = tuple(part.replace("server/gunicorn.conf.py", "tests/server/housekeeping_soon.py") for part in SERVER)

LAST = """
import json
from accesskeys.models import AuditEvent, HousekeepingRun
run = HousekeepingRun.objects.latest_run()
events = AuditEvent.objects.filter(action="audit_log.trimmed")
print(json.dumps({
    "deleted": run and run.deleted, "is_whole": run and run.is_whole,
    "trimmed": [(event.actor_label, event.details["deleted"]) for event in events],
}))
"""
OLD = """
from datetime import timedelta
from django.utils import timezone
from accesskeys.models import AuditEvent
at = timezone.now() - timedelta(days=500)
AuditEvent.objects.bulk_create(
    AuditEvent(at=at, action="access_key.shown", outcome="succeeded") for _ in range(700)
)
"""


def shell(site: Site, script: str) -> str:
    done = site.manage("shell", "--no-imports", "-c", script)
    assert done.returncode == 0, done.stderr
    return done.stdout


def last(site: Site) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(shell(site, LAST).strip().splitlines()[-1])
    return told


def test_one_of_its_processes_does_it_once(own_site: Site) -> None:
    site = own_site.with_settings(WEB_CONCURRENCY="3")
    shell(site, OLD)
    with site.serve(SOON) as server:
        end = time.monotonic() + 20
        while not last(site)["is_whole"] and time.monotonic() < end:
            time.sleep(0.2)
        time.sleep(1)  # The others have looked as well.
        assert "Housekeeping was not done" not in server.log.read_text()
        assert server.ask("GET", "/auth/verify/?dialect=caddy").status == 401
        assert server.stop() == 0
    told = last(site)
    assert told["is_whole"]
    assert told["deleted"]["audit_events"] == 700
    assert told["trimmed"] == [["server", 700]]


def test_switched_off_it_does_nothing(own_site: Site) -> None:
    site = own_site.with_settings(HOUSEKEEPING="off")
    with site.serve(SOON):
        time.sleep(2)
    assert last(site) == {"deleted": None, "is_whole": None, "trimmed": []}


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (OperationalError("connection refused"), "Housekeeping was not done: connection refused"),
        (RuntimeError("secret"), "Housekeeping was not done: RuntimeError"),
    ],
)
def test_what_fails_is_told_and_ends_nothing(
    error: Exception, sentence: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fails() -> bool:
        raise error

    monkeypatch.setattr(housekeeper, "claim", fails)
    monkeypatch.setattr(housekeeper, "FIRST_SECONDS", 0.01)
    monkeypatch.setattr(housekeeper, "PAUSE_SECONDS", 0.01)
    keeper = Housekeeper()
    keeper.start()
    end = time.monotonic() + 10
    while len(caplog.messages) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    keeper.stop()
    assert caplog.messages[:2] == [sentence, sentence]
