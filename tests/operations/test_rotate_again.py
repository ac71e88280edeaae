"""Asking for another key once more: the same key, or a refusal, and never silence about what was asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from accesskeys import operations, verification
from accesskeys.core.exceptions import IntegrityFailure, InvalidKey
from accesskeys.core.rotation_exceptions import NotRotating, RotationPending
from accesskeys.models import AccessKey, AuditEvent, Rotation
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import codes, stored
from tests.operations.test_rotate import DAY, HOUR, is_accepted, told

pytestmark = pytest.mark.django_db

ASKED = {"grace": HOUR, "ends_in": DAY}
ZERO = timedelta(0)
OTHER = [
    {"ends_in": ZERO},
    {"ends_in": DAY - timedelta(seconds=1)},
    {"ends_in": 2 * DAY},
    {"grace": ZERO},
    {"grace": 2 * HOUR},
    {"grace": HOUR, "ends_in": HOUR},
]


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


@pytest.fixture
def key(billing: AccessKey, command: Actor) -> str:
    return operations.rotate(access_key_id=billing.pk, actor=command, **ASKED).key  # type: ignore[arg-type]


class TestWithTheSameTimesOrNone:
    @pytest.mark.parametrize("times", [{}, ASKED, {"grace": HOUR}, {"ends_in": DAY}])
    def test_the_key_is_the_same(
        self, billing: AccessKey, command: Actor, key: str, times: dict[str, timedelta]
    ) -> None:
        before = Rotation.objects.values().get()
        with time_machine.travel(timezone.now() + 20 * HOUR):  # Durations are the same, moments are not.
            again = operations.rotate(access_key_id=billing.pk, actor=command, **times)  # type: ignore[arg-type]
        assert (again.key, Rotation.objects.values().get()) == (key, before)

    def test_though_a_first_use_has_brought_the_end_closer(
        self, billing: AccessKey, command: Actor, key: str
    ) -> None:
        assert is_accepted(key)
        assert operations.rotate(access_key_id=billing.pk, actor=command, ends_in=DAY).key == key
        with pytest.raises(RotationPending):
            operations.rotate(access_key_id=billing.pk, actor=command, ends_in=timedelta(minutes=30))

    def test_it_is_shown_and_not_rotated(self, billing: AccessKey, command: Actor, key: str) -> None:
        operations.rotate(access_key_id=billing.pk, actor=command)
        assert told() == ["rotated", "shown"]
        assert AuditEvent.objects.latest("id").details == {"next_key": True, "repeated_request": True}

    def test_nothing_is_written_down_where_nobody_sees_it(
        self, billing: AccessKey, command: Actor, key: str
    ) -> None:
        again = operations.rotate(access_key_id=billing.pk, actor=command, is_shown=False)
        assert (again.key, told()) == ("", ["rotated"])

    def test_a_damaged_one_is_a_showing_that_failed(
        self, billing: AccessKey, command: Actor, key: str
    ) -> None:
        Rotation.objects.update(sealed=AccessKey.objects.get().sealed)
        with pytest.raises(IntegrityFailure):
            operations.rotate(access_key_id=billing.pk, actor=command)
        event = AuditEvent.objects.latest("id")
        assert (event.action, event.outcome) == ("access_key.shown", "failed")


class TestWithOthers:
    @pytest.mark.parametrize("times", OTHER)
    def test_nothing_changes_and_it_is_said(
        self, billing: AccessKey, command: Actor, key: str, times: dict[str, timedelta]
    ) -> None:
        before = Rotation.objects.values().get()
        with pytest.raises(RotationPending) as refusal:
            operations.rotate(access_key_id=billing.pk, actor=command, **times)  # type: ignore[arg-type]
        assert str(refusal.value) == (
            "This access key has a next key already, so nothing was changed. The old key ends at "
            f"{before['ends_at']:%Y-%m-%dT%H:%M:%SZ} at the latest. To end it now, complete the rotation "
            "(POST rotation/completion/, or --complete)."
        )
        assert Rotation.objects.values().get() == before
        assert [is_accepted(key_of(billing)), is_accepted(key)] == [True, True]
        event = AuditEvent.objects.filter(outcome="refused").latest("id")
        assert (event.action, event.reason) == ("access_key.rotated", "rotation_pending")

    def test_after_the_end_of_the_old_key(self, billing: AccessKey, command: Actor) -> None:
        operations.rotate(access_key_id=billing.pk, actor=command, ends_in=ZERO)
        with pytest.raises(RotationPending, match=r"The old key ended at .*Z; once the next one is used"):
            operations.rotate(access_key_id=billing.pk, actor=command, ends_in=DAY)


class TestItself:
    @pytest.fixture
    def itself(self) -> Actor:
        access_key = AccessKeyFactory(scopes=["access_keys:rotate_self", "access_keys:write"])
        return Actor.for_access_key(access_key, address=None)

    @pytest.mark.parametrize("seconds", [0, 1, 59])
    def test_stays_able_to_ask_again(self, itself: Actor, seconds: int) -> None:
        pk, ends_in = itself.access_key_id, timedelta(seconds=seconds)
        assert pk is not None
        for ask in (
            lambda: operations.rotate_self(actor=itself, ends_in=ends_in),
            lambda: operations.rotate(access_key_id=pk, actor=itself, ends_in=ends_in),
        ):
            with pytest.raises(ValidationError) as refusal:
                ask()
            assert codes(refusal.value) == {"ends_in": ["out_of_range"]}
            assert "if the answer is lost, it alone can ask again" in refusal.value.messages[0]
        assert not Rotation.objects.exists()

    def test_has_a_minute_for_it(self, itself: Actor) -> None:
        first = operations.rotate_self(actor=itself, ends_in=timedelta(seconds=60))
        assert operations.rotate_self(actor=itself, ends_in=timedelta(seconds=60)).key == first.key
        with pytest.raises(RotationPending, match="To end it now, send it to /oauth2/revoke/"):
            operations.rotate_self(actor=itself, ends_in=DAY)


class TestWhatIsOver:
    def test_says_so_and_advises_nothing(self, billing: AccessKey, command: Actor, key: str) -> None:
        operations.complete_rotation(access_key_id=billing.pk, actor=command)
        for end in (operations.complete_rotation, operations.cancel_rotation):
            with pytest.raises(NotRotating) as refusal:
                end(access_key_id=billing.pk, actor=command)
            assert str(refusal.value) == (
                "This access key has one key only. Its rotation is over or was cancelled, if there was one."
            )


class TestOneThatIsNotUsable:
    """It may have another key before it is, so that the present one is never accepted again."""

    @pytest.mark.parametrize("state", ["suspended", "expired"])
    def test_is_rotated_and_both_keys_wait(self, command: Actor, state: str) -> None:
        access_key = AccessKeyFactory(expired=state == "expired")
        if state == "suspended":
            operations.suspend(access_key_id=access_key.pk, actor=command)
        key = operations.rotate(access_key_id=access_key.pk, actor=command, ends_in=ZERO).key
        with pytest.raises(InvalidKey) as refusal:
            verification.authenticate(key)
        assert refusal.value.reason == state
        if state == "suspended":
            operations.resume(access_key_id=access_key.pk, actor=command)
        else:
            operations.extend(access_key_id=access_key.pk, expires_at=None, actor=command)
        assert [is_accepted(key_of(access_key)), is_accepted(key)] == [False, True]
        assert stored(access_key.pk)["has_next_key"]
