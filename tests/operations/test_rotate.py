"""One access key, at most two keys: the next one is made, used, completed, cancelled, or comes by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey, NotFound
from accesskeys.core.rotation_exceptions import (
    NextKeyInUse,
    NotRotating,
    OldKeyEnded,
)
from accesskeys.models import AccessKey, AuditEvent, Rotation
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, codes, stored

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing", scopes=["orders:read"])


def is_accepted(key: str) -> bool:
    try:
        verification.authenticate(key)
    except InvalidKey:
        return False
    return True


def reason_of(key: str) -> str:
    with pytest.raises(InvalidKey) as refusal:
        verification.authenticate(key)
    return refusal.value.reason


def told() -> list[str]:
    """What the audit log says after the generation."""
    return [event.action.partition(".")[2] for event in audit_log() if event.action != "access_key.generated"]


class TestBothKeys:
    def test_are_accepted_as_one_access_key(self, billing: AccessKey, command: Actor) -> None:
        rotated = operations.rotate(access_key_id=billing.pk, actor=command)
        for key in (key_of(billing), rotated.key):
            found = verification.authenticate(key)
            assert (found.pk, found.name, found.scopes) == (billing.pk, "billing", ["orders:read"])
        assert rotated.key != key_of(billing)

    def test_share_suspension_and_expiry(self, command: Actor) -> None:
        access_key = AccessKeyFactory(expires_at=timezone.now() + 2 * HOUR)
        keys = [key_of(access_key), operations.rotate(access_key_id=access_key.pk, actor=command).key]
        operations.suspend(access_key_id=access_key.pk, actor=command)
        assert list(map(reason_of, keys)) == ["suspended", "suspended"]
        operations.resume(access_key_id=access_key.pk, actor=command)
        with time_machine.travel(access_key.expires_at):
            assert list(map(reason_of, keys)) == ["expired", "expired"]

    def test_are_gone_with_a_revoke(self, billing: AccessKey, command: Actor) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command).key
        operations.revoke(access_key_id=billing.pk, actor=command)
        assert [reason_of(key_of(billing)), reason_of(key)] == ["unknown", "unknown"]
        assert not Rotation.objects.exists()

    def test_are_never_three(self, billing: AccessKey, command: Actor) -> None:
        first = operations.rotate(access_key_id=billing.pk, actor=command, grace=HOUR, ends_in=DAY)
        again = operations.rotate(access_key_id=billing.pk, actor=command)
        assert again.key == first.key
        assert (again.rotation.grace, again.rotation.ends_at) == (HOUR, first.rotation.ends_at)

    def test_are_shown_apart(self, billing: AccessKey, command: Actor) -> None:
        with pytest.raises(NotRotating):
            operations.reveal(access_key_id=billing.pk, actor=command, of_next_key=True)
        key = operations.rotate(access_key_id=billing.pk, actor=command).key
        assert operations.reveal(access_key_id=billing.pk, actor=command) == key_of(billing)
        assert operations.reveal(access_key_id=billing.pk, actor=command, of_next_key=True) == key

    def test_lead_to_it(self, billing: AccessKey, command: Actor) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command).key
        assert {operations.find_by_key(key=each, actor=command) for each in (key, key_of(billing))} == {
            billing
        }


class TestTheOldKey:
    def test_ends_its_grace_after_the_first_use_of_the_next(self, billing: AccessKey, command: Actor) -> None:
        start = timezone.now()
        with time_machine.travel(start, tick=False) as clock:
            key = operations.rotate(access_key_id=billing.pk, actor=command, grace=HOUR).key
            clock.shift(3 * HOUR)
            assert is_accepted(key_of(billing))
            assert is_accepted(key)
            rotation = Rotation.objects.get()
            assert rotation.first_used_at == start + 3 * HOUR
            assert rotation.ends_at == start + 4 * HOUR
            clock.shift(HOUR - timedelta(microseconds=1))
            assert is_accepted(key_of(billing))
            clock.shift(timedelta(microseconds=1))
            assert reason_of(key_of(billing)) == "ended"
            assert is_accepted(key)
        assert told() == ["rotated", "next_key_used"]
        assert AuditEvent.objects.latest("id").actor_access_key_id == billing.pk

    def test_ends_at_the_hard_end_at_the_latest(self, billing: AccessKey, command: Actor) -> None:
        start = timezone.now()
        with time_machine.travel(start, tick=False) as clock:
            key = operations.rotate(access_key_id=billing.pk, actor=command, grace=DAY, ends_in=2 * HOUR).key
            clock.shift(HOUR)
            assert is_accepted(key)
            clock.shift(HOUR)
            assert reason_of(key_of(billing)) == "ended"
            assert is_accepted(key)

    def test_ends_though_nobody_uses_the_next(self, billing: AccessKey, command: Actor) -> None:
        with time_machine.travel(timezone.now(), tick=False) as clock:
            operations.rotate(access_key_id=billing.pk, actor=command, ends_in=HOUR)
            clock.shift(HOUR)
            assert reason_of(key_of(billing)) == "ended"

    def test_ends_with_the_first_use_where_there_is_no_grace(
        self, billing: AccessKey, command: Actor
    ) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command, grace=timedelta(0)).key
        assert is_accepted(key_of(billing))
        assert is_accepted(key)
        assert reason_of(key_of(billing)) == "ended"

    def test_ends_at_once(self, billing: AccessKey, command: Actor) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command, ends_in=timedelta(0)).key
        assert reason_of(key_of(billing)) == "ended"
        # The answer may have been lost: to ask again kills nothing.
        again = operations.rotate(access_key_id=billing.pk, actor=command, ends_in=timedelta(0))
        assert again.key == key
        assert operations.reveal(access_key_id=billing.pk, actor=command) == key
        assert is_accepted(key)

    def test_ends_now(self, billing: AccessKey, command: Actor) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command).key
        operations.complete_rotation(access_key_id=billing.pk, actor=command)
        assert reason_of(key_of(billing)) == "unknown"
        assert is_accepted(key)
        assert operations.reveal(access_key_id=billing.pk, actor=command) == key
        assert AuditEvent.objects.get(action="access_key.rotation_completed").details == {
            "next_key_used": False
        }
        with pytest.raises(NotRotating):
            operations.complete_rotation(access_key_id=billing.pk, actor=command)


class TestCancelling:
    def test_drops_the_next_key(self, billing: AccessKey, command: Actor) -> None:
        before = stored(billing.pk)
        key = operations.rotate(access_key_id=billing.pk, actor=command).key
        operations.cancel_rotation(access_key_id=billing.pk, actor=command)
        assert reason_of(key) == "unknown"
        assert stored(billing.pk) == before
        with pytest.raises(NotRotating):
            operations.cancel_rotation(access_key_id=billing.pk, actor=command)
        assert told() == ["rotated", "rotation_cancelled", "rotation_cancelled"]

    def test_never_takes_a_key_that_is_used(self, billing: AccessKey, command: Actor) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command).key
        assert is_accepted(key)
        with pytest.raises(NextKeyInUse):
            operations.cancel_rotation(access_key_id=billing.pk, actor=command)
        assert is_accepted(key)

    def test_never_takes_the_last_one(self, billing: AccessKey, command: Actor) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command, ends_in=timedelta(0)).key
        with pytest.raises(OldKeyEnded):
            operations.cancel_rotation(access_key_id=billing.pk, actor=command)
        assert is_accepted(key)


class TestARotationThatIsOver:
    @pytest.fixture
    def keys(self, billing: AccessKey, command: Actor) -> list[str]:
        key = operations.rotate(access_key_id=billing.pk, actor=command, grace=timedelta(0)).key
        assert is_accepted(key)
        return [key_of(billing), key]

    def test_is_no_rotation(self, billing: AccessKey, command: Actor, keys: list[str]) -> None:
        for operation in (operations.complete_rotation, operations.cancel_rotation):
            with pytest.raises(NotRotating):
                operation(access_key_id=billing.pk, actor=command)
        assert is_accepted(keys[1])

    def test_makes_room_for_another(self, billing: AccessKey, command: Actor, keys: list[str]) -> None:
        third = operations.rotate(access_key_id=billing.pk, actor=command).key
        assert third not in keys
        assert [is_accepted(key) for key in (*keys, third)] == [False, True, True]
        assert told() == ["rotated", "next_key_used", "rotation_completed", "rotated", "next_key_used"]

    def test_is_put_away(self, billing: AccessKey, command: Actor, keys: list[str]) -> None:
        assert operations.settle_rotations(actor=command) == 1
        assert operations.settle_rotations(actor=command) == 0
        assert not Rotation.objects.exists()
        row = stored(billing.pk)
        assert row["key_created_at"] is not None
        assert row["key_first_used_at"] is not None
        assert [reason_of(keys[0]), is_accepted(keys[1])] == ["unknown", True]
        assert told()[-1] == "rotation_completed"


class TestTimes:
    @pytest.mark.parametrize(
        ("times", "code"),
        [
            ({"grace": timedelta(seconds=-1)}, {"grace": ["out_of_range"]}),
            ({"grace": 30 * DAY + timedelta(seconds=1)}, {"grace": ["out_of_range"]}),
            ({"ends_in": timedelta(seconds=-1)}, {"ends_in": ["out_of_range"]}),
            ({"ends_in": 366 * DAY}, {"ends_in": ["out_of_range"]}),
        ],
    )
    def test_out_of_range(
        self, billing: AccessKey, command: Actor, times: dict[str, timedelta], code: dict[str, list[str]]
    ) -> None:
        with pytest.raises(ValidationError) as refusal:
            operations.rotate(access_key_id=billing.pk, actor=command, **times)
        assert codes(refusal.value) == code
        assert not Rotation.objects.exists()

    def test_uses_of_either_key_are_told_apart(self, billing: AccessKey, command: Actor) -> None:
        start = timezone.now().replace(microsecond=0)
        with time_machine.travel(start, tick=False) as clock:
            verification.authenticate(key_of(billing))
            clock.shift(HOUR)
            key = operations.rotate(access_key_id=billing.pk, actor=command).key
            clock.shift(HOUR)
            verification.authenticate(key)
            clock.shift(HOUR)
            verification.authenticate(key_of(billing))
            clock.shift(HOUR)
            verification.authenticate(key)
        rotation, row = Rotation.objects.get(), stored(billing.pk)
        assert row["key_first_used_at"] == start
        assert row["last_used_at"] == start + 4 * HOUR
        assert (rotation.first_used_at, rotation.last_used_at) == (start + 2 * HOUR, start + 4 * HOUR)
        assert rotation.old_last_used_at == start + 3 * HOUR


class TestItself:
    def test_with_a_scope_of_its_own(self, command: Actor) -> None:
        access_key = AccessKeyFactory(scopes=["access_keys:rotate_self"], expires_at=timezone.now() + DAY)
        actor = Actor.for_access_key(access_key, address=None)
        key = operations.rotate_self(actor=actor).key
        assert is_accepted(key)
        assert AuditEvent.objects.get(action="access_key.rotated").actor_access_key_id == access_key.pk

    def test_nobody_at_a_shell_is_an_access_key(self, command: Actor) -> None:
        with pytest.raises(NotFound):
            operations.rotate_self(actor=command)
