"""Kill the process at any instant: an access key is either whole, with its event, or absent."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.db import connection, transaction

from accesskeys import operations, verification
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.helpers import address_of_the_test_database

ROUNDS = 30
LONGEST = 0.02  # seconds: a few access keys on a quiet machine, part of one on a busy one


@contextmanager
def process_of(name: str) -> Iterator[subprocess.Popen[str]]:
    """One of these modules at work, until the block is left."""
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.operations.{name}"],
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
        yield process
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(timeout=30) == 0


def say(process: subprocess.Popen[str], line: str) -> None:
    assert process.stdin is not None
    process.stdin.write(line + "\n")
    process.stdin.flush()


def hear(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.django_db(transaction=True)
def test_an_access_key_is_whole_or_absent(command: Actor) -> None:
    with process_of("generating_process") as process:
        for number in range(ROUNDS):
            say(process, f"round_{number}")
            child = int(hear(process))
            time.sleep(random.uniform(0, LONGEST))
            os.kill(child, signal.SIGKILL)
            assert hear(process) == "dead"

    with transaction.atomic():
        if (
            connection.vendor == "postgresql"
        ):  # The server may notice a death late: look at one instant of it.
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        rows = set(AccessKey.objects.values_list("pk", "name"))
        events = list(AuditEvent.objects.values_list("access_key_id", "access_key_name", "outcome"))

    assert len(rows) >= ROUNDS
    assert len(events) == len(rows)
    assert {event[:2] for event in events} == rows
    assert {outcome for *_, outcome in events} == {"succeeded"}
    for pk, _ in rows:
        key = operations.reveal(access_key_id=pk, actor=command)
        assert verification.authenticate(key).scopes == ["orders:read"]
