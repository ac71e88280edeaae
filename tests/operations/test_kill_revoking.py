"""Kill the process at any instant: what was answered stands in the journal, and nothing stands there that is alive."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest
from pytest_django import Settings

from accesskeys import operations
from accesskeys.core import journal
from accesskeys.models import AccessKey
from accesskeys.operations import Wish
from accesskeys.operations.actors import Actor
from tests.helpers import address_of_the_test_database

ROUNDS = 6
LONGEST = 0.1  # seconds


@pytest.mark.django_db(transaction=True)
def test_what_was_answered_is_in_the_journal(command: Actor, settings: Settings, tmp_path: Path) -> None:
    file = settings.ACCESS_KEYS_REVOCATIONS_FILE = tmp_path / "revocations"
    wishes = [Wish(f"name_{number}") for number in range(500)]
    operations.generate_many(wishes=wishes, actor=command)
    answered: set[UUID] = set()
    for _ in range(ROUNDS):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.operations.revoking_process"],
            env={
                **os.environ,
                "DATABASE_URL": address_of_the_test_database(),
                "DJANGO_SETTINGS_MODULE": os.environ["DJANGO_SETTINGS_MODULE"],
                "REVOCATIONS_FILE": str(file),
            },
            cwd=Path(__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        ) as process:
            assert process.stdout is not None
            first = process.stdout.readline()
            time.sleep(random.uniform(0, LONGEST))
            process.send_signal(signal.SIGKILL)
            answered |= {UUID(line.strip()) for line in [first, *process.stdout] if line.endswith("\n")}
    journalled = {UUID(each) for each in journal.read().access_keys}
    assert len(answered) >= ROUNDS
    assert answered <= journalled
    time.sleep(0.5)  # PostgreSQL may notice a death late.
    alive = set(AccessKey.objects.values_list("pk", flat=True))
    assert alive
    assert not alive & journalled
    # At most one in each round was revoked, and not yet noted.
    assert 500 - len(alive) - len(journalled) <= ROUNDS
