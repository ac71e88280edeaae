"""Two migrations started at once, by several machines: one after the other, and both end well."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from identity_cloud.management.commands.migrate import LOCK
from tests.helpers import address_of_the_test_database
from tests.models.test_migrations import indexes

ROOT = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def migrated_again() -> Iterator[None]:
    yield
    call_command("migrate", verbosity=0)


def start(command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", command],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address_of_the_test_database()},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@contextmanager
def another_at_work() -> Iterator[None]:
    if connection.vendor == "postgresql":
        with closing(connection.copy()) as apart, apart.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            yield
        return
    folder = os.open(Path(str(connection.settings_dict["NAME"])).parent, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


@pytest.mark.parametrize("command", ["migrate", "prepare"])
def test_the_second_waits_for_the_first(command: str) -> None:
    now = indexes()
    call_command("migrate", "accesskeys", "0003", verbosity=0)
    before = indexes()
    with another_at_work():
        second = start(command)
        assert second.stderr is not None
        said = second.stderr.readline()
        time.sleep(0.5)
        assert indexes() == before
    _, rest = second.communicate(timeout=60)
    assert said == "Another migrate is at work on this database; waiting for it to end.\n"
    assert rest == ""
    assert second.returncode == 0
    assert indexes() == now


def test_both_end_well() -> None:
    now = indexes()
    call_command("migrate", "accesskeys", "zero", verbosity=0)
    started = [start("migrate") for _ in range(3)]
    for process in started:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 0, errors
    assert indexes() == now
