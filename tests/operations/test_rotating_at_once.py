"""Two operators, and programs, at one rotation: it ends in one of the lawful ways, with one event for each change."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from accesskeys import operations, verification
from accesskeys.core.exceptions import AccessKeyError, InvalidKey
from accesskeys.core.rotation_exceptions import RotationPending
from accesskeys.models import AccessKey, Rotation
from accesskeys.operations import Marked, Rotated
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import at_once, audit_log

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 10


def is_accepted(key: str) -> bool:
    try:
        verification.authenticate(key)
    except InvalidKey:
        return False
    return True


def test_of_eight_that_rotate_all_have_the_same_key(command: Actor) -> None:
    access_key = AccessKeyFactory()
    results = at_once([lambda: operations.rotate(access_key_id=access_key.pk, actor=command)] * 8)
    assert len({result.key for result in results}) == 1, results  # type: ignore[attr-defined]
    assert Rotation.objects.count() == 1
    assert Counter(told.action for told in audit_log()) == {
        "access_key.generated": 1,
        "access_key.rotated": 1,
        "access_key.shown": 7,
    }


def test_of_two_that_want_other_times_one_hears_that_it_was_later(command: Actor) -> None:
    for _ in range(ROUNDS):
        pk = AccessKeyFactory().pk
        results = at_once(
            [
                lambda hours=hours: operations.rotate(  # type: ignore[misc]
                    access_key_id=pk,  # noqa: B023
                    actor=command,
                    ends_in=timedelta(hours=hours),
                )
                for hours in (0, 1)
            ]
        )
        assert Counter(map(type, results)) == {Rotated: 1, RotationPending: 1}, results
        [rotated] = [result for result in results if isinstance(result, Rotated)]
        assert Rotation.objects.get(pk=pk).ends_at == rotated.rotation.ends_at


def test_of_four_under_one_mark_one_rotates_though_the_key_is_used_in_between(command: Actor) -> None:
    for number in range(ROUNDS):
        access_key = AccessKeyFactory()
        marked = Marked(access_key.pk, sha256(str(number).encode()).digest(), sha256(b"").digest())

        def ask(pk: UUID = access_key.pk, marked: Marked = marked) -> str:
            rotated = operations.rotate(access_key_id=pk, actor=command, ends_in=timedelta(0), request=marked)
            verification.authenticate(rotated.key)
            return rotated.key

        keys = at_once([ask] * 4)
        assert len(set(keys)) == 1, keys
        assert is_accepted(str(keys[0]))


def test_cancelling_and_completing(command: Actor) -> None:
    for _ in range(ROUNDS):
        access_key = AccessKeyFactory()
        pk, old = access_key.pk, key_of(access_key)
        new = operations.rotate(access_key_id=pk, actor=command).key
        results = at_once(
            [
                lambda: operations.cancel_rotation(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.complete_rotation(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.complete_rotation(access_key_id=pk, actor=command),  # noqa: B023
            ]
        )
        assert sum(isinstance(result, AccessKey) for result in results) == 1, results
        assert Counter(map(type, results))[AccessKey] == 1
        assert sorted([is_accepted(old), is_accepted(new)]) == [False, True]
        assert not Rotation.objects.filter(pk=pk).exists()
        changes = [told for told in audit_log() if told.access_key_id == pk and told.outcome == "succeeded"]
        assert len(changes) == 3  # Generated, rotated, and one of the two.


def test_using_the_next_key_while_it_is_cancelled(command: Actor) -> None:
    for _ in range(ROUNDS):
        access_key = AccessKeyFactory()
        pk, old = access_key.pk, key_of(access_key)
        new = operations.rotate(access_key_id=pk, actor=command).key
        at_once(
            [
                lambda: verification.authenticate(new),  # noqa: B023
                lambda: operations.cancel_rotation(access_key_id=pk, actor=command),  # noqa: B023
                lambda: verification.authenticate(new),  # noqa: B023
            ]
        )
        assert is_accepted(old)
        used = [told for told in audit_log() if told[:2] == ("access_key.next_key_used", "succeeded")]
        assert sum(told.access_key_id == pk for told in used) == is_accepted(new)


def test_everything_while_it_is_revoked(command: Actor) -> None:
    for _ in range(ROUNDS):
        access_key = AccessKeyFactory()
        pk, old = access_key.pk, key_of(access_key)
        new = operations.rotate(access_key_id=pk, actor=command).key
        results = at_once(
            [
                lambda: operations.revoke(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.rotate(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.complete_rotation(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.cancel_rotation(access_key_id=pk, actor=command),  # noqa: B023
                lambda: operations.surrender(key=new, address=None),  # noqa: B023
                lambda: operations.settle_rotations(actor=command),
            ]
        )
        unexpected = [
            result
            for result in results
            if isinstance(result, BaseException) and not isinstance(result, AccessKeyError)
        ]
        assert unexpected == []
        assert [is_accepted(old), is_accepted(new)] == [False, False]
        assert not AccessKey.objects.filter(pk=pk).exists()
        assert not Rotation.objects.filter(pk=pk).exists()
