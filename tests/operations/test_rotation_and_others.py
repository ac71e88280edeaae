"""A next key, and what else there is to a key: its stored copy, the keyring, and a link that shows it."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from accesskeys import operations
from accesskeys.core.exceptions import IntegrityFailure, KeyringError
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.operations.test_rotate import DAY, is_accepted

pytestmark = pytest.mark.django_db


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


class TestDamage:
    def test_of_a_next_key_is_found_and_never_half_shown(self, billing: AccessKey, command: Actor) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command).key
        Rotation.objects.update(sealed=AccessKey.objects.get().sealed)
        with operations.check_integrity(actor=command) as check:
            [[damaged]] = list(check.pages())
        assert (damaged.id, damaged.damages) == (billing.pk, ("next_key",))
        for ask in (
            lambda: operations.reveal(access_key_id=billing.pk, actor=command, of_next_key=True),
            lambda: operations.rotate(access_key_id=billing.pk, actor=command),
        ):
            with pytest.raises(IntegrityFailure):
                ask()
        assert is_accepted(key)

    def test_of_the_keyring_stops_the_start(self, billing: AccessKey, command: Actor) -> None:
        operations.rotate(access_key_id=billing.pk, actor=command)
        Rotation.objects.update(sealed_key_id="k9")
        with pytest.raises(KeyringError, match="need the master key k9"):
            operations.check_keyring()
        with operations.check_integrity(actor=command) as check:
            list(check.pages())


class TestHandingOver:
    @pytest.mark.parametrize("ends_in", [timedelta(0), 30 * DAY])
    def test_shows_the_key_that_programs_are_to_use(
        self, billing: AccessKey, command: Actor, ends_in: timedelta
    ) -> None:
        before = operations.hand_over(access_key_id=billing.pk, actor=command).secret
        key = operations.rotate(access_key_id=billing.pk, actor=command, ends_in=ends_in).key
        after = operations.hand_over(access_key_id=billing.pk, actor=command).secret
        recipient = Actor.for_recipient(address="192.0.2.7")
        for secret in (before, after):
            assert operations.open_hand_over(secret=secret, actor=recipient).key == key


class TestPuttingAway:
    def test_of_one_that_is_begun_anew_meanwhile(
        self, billing: AccessKey, command: Actor, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        key = operations.rotate(access_key_id=billing.pk, actor=command, grace=timedelta(0)).key
        assert is_accepted(key)
        names = operations.settle_rotations.__globals__
        lock = names["lock"]

        def too_late(access_key_id: UUID) -> AccessKey:
            Rotation.objects.update(first_used_at=None)
            found: AccessKey = lock(access_key_id)
            return found

        monkeypatch.setitem(names, "lock", too_late)
        assert operations.settle_rotations(actor=command) == 0
        assert Rotation.objects.count() == 1
        assert is_accepted(key)

    def test_it_is_called_by_its_access_key(self, billing: AccessKey, command: Actor) -> None:
        rotated = operations.rotate(access_key_id=billing.pk, actor=command)
        assert str(rotated.rotation) == str(billing.pk)
