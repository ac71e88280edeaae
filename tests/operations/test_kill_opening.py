"""Kill the process at any instant of opening links: each is opened, with its event, or as good as it was."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest
from pytest_django import Settings

from accesskeys import operations
from accesskeys.core.exceptions import HandOverClosed
from accesskeys.models import AccessKey, AuditEvent, HandOver
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.operations.opening_process import ADDRESS
from tests.operations.test_kill import LONGEST, hear, process_of, say

ROUNDS = 30
LINKS = 10
LATER = Actor.for_recipient(address="198.51.100.9")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("own_counters")
def test_a_link_is_opened_with_its_event_or_still_good(command: Actor, settings: Settings) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "9000000/hour"
    killed_amid = 0
    with process_of("opening_process") as process:
        for _ in range(ROUNDS):
            access_key = AccessKeyFactory()
            links = [
                operations.hand_over(access_key_id=access_key.pk, actor=command).secret for _ in range(LINKS)
            ]
            say(process, " ".join(links))
            child = int(hear(process))
            time.sleep(random.uniform(0, LONGEST))
            os.kill(child, signal.SIGKILL)
            assert hear(process) == "dead"
            good = [is_still_good(secret, access_key) for secret in links]
            assert good == sorted(good)  # One after the other was opened, up to the last.
            look_at(access_key, good)
            killed_amid += any(good)
    assert killed_amid


def is_still_good(secret: str, access_key: AccessKey) -> bool:
    try:
        opened = operations.open_hand_over(secret=secret, actor=LATER)
    except HandOverClosed as refusal:
        assert refusal.code == "opened"
        return False
    assert opened == (access_key.name, key_of(access_key))
    return True


def look_at(access_key: AccessKey, good: list[bool]) -> None:
    """Each link has been opened by now, once, by one or the other; and that is what the log says."""
    events = AuditEvent.objects.filter(
        access_key_id=access_key.pk, action="access_key.hand_over_opened", outcome="succeeded"
    )
    written = [(event.details["hand_over"], event.address) for event in events.order_by("id")]
    opened = [(link.number, link.opened_from) for link in HandOver.objects.filter(access_key=access_key)]
    assert written == opened
    assert opened == [(at, LATER.address if was_good else ADDRESS) for at, was_good in enumerate(good, 1)]
