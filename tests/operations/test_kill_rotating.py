"""Kill the process at any instant of a rotation: there is a usable key all the time, and there are never three."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from accesskeys import operations, verification
from accesskeys.models import AccessKey, AuditEvent, Rotation
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.operations.test_kill import LONGEST, hear, process_of, say

ROUNDS = 30


@pytest.mark.django_db(transaction=True)
def test_there_is_a_key_all_the_time(command: Actor) -> None:
    access_key = AccessKeyFactory()
    with process_of("rotating_process") as process:
        for _ in range(ROUNDS):
            say(process, str(access_key.pk))
            child = int(hear(process))
            time.sleep(random.uniform(0, LONGEST))
            os.kill(child, signal.SIGKILL)
            assert hear(process) == "dead"
            look_at(access_key, command)
    made, ended = (
        AuditEvent.objects.filter(action=f"access_key.{action}").count()
        for action in ("rotated", "rotation_completed")
    )
    assert made - ended == Rotation.objects.count()


def look_at(access_key: AccessKey, command: Actor) -> None:
    shown = operations.reveal(access_key_id=access_key.pk, actor=command)
    assert verification.authenticate(shown) == access_key
    assert AccessKey.objects.get().has_next_key == Rotation.objects.exists()
    if Rotation.objects.exists():
        following = operations.reveal(access_key_id=access_key.pk, actor=command, of_next_key=True)
        assert verification.authenticate(following) == access_key
