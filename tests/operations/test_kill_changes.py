"""Kill the process at any instant: all of a change is made, with its events, or nothing of it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.db import connection, transaction

from accesskeys import verification
from accesskeys.models import AuditEvent
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import address_of_the_test_database, stored

ROUNDS = 8
LONGEST = 0.02  # seconds: a few changes on a quiet machine, part of one on a busy one
FIELDS = {"rescoped": "scopes", "limited": "rate_limit", "described": "owner"}


@pytest.mark.django_db(transaction=True)
def test_all_of_a_change_or_nothing() -> None:
    access_key = AccessKeyFactory(scopes=["first"])
    with subprocess.Popen(
        [sys.executable, "-m", "tests.operations.changing_process"],
        env={
            **os.environ,
            "DATABASE_URL": address_of_the_test_database(),
            "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
        },
        cwd=Path(__file__).parents[2],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for _ in range(ROUNDS):
            process.stdin.write(f"{access_key.pk}\n")
            process.stdin.flush()
            child = int(process.stdout.readline())
            time.sleep(random.uniform(0, LONGEST))
            os.kill(child, signal.SIGKILL)
            assert process.stdout.readline().strip() == "dead"

    with transaction.atomic():
        if connection.vendor == "postgresql":  # The server may notice a death late: look at one instant.
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        row = stored(access_key.pk)
        events = {
            kind: list(AuditEvent.objects.filter(action=f"access_key.{kind}").order_by("id"))
            for kind in FIELDS
        }

    assert row["scopes"] == [f"s{row['owner']}"]
    assert row["rate_limit"] == f"{int(row['owner']) + 1}/hour"
    [count] = {len(each) for each in events.values()}
    assert count >= ROUNDS
    for kind, field in FIELDS.items():
        assert {event.outcome for event in events[kind]} == {"succeeded"}
        steps = [event.details[field] for event in events[kind]]
        assert [step["before"] for step in steps[1:]] == [step["after"] for step in steps[:-1]]
        assert steps[-1]["after"] == row[field]
    assert verification.authenticate(key_of(access_key)).scopes == row["scopes"]
