"""Usable while ``now < expires_at``: one microsecond before, at, and after, in every place that decides it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture, travel

from accesskeys import verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db

MICROSECOND = timedelta(microseconds=1)
GENERATED = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXPIRY = datetime(2026, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)


def opens(access_key: AccessKey) -> bool:
    try:
        return verification.authenticate(key_of(access_key)) == access_key
    except InvalidKey as refusal:
        assert refusal.reason == "expired"
        return False


def verdicts(access_key: AccessKey) -> set[bool]:
    """What the property, both words of the queryset and the door itself say at this moment."""
    return {
        access_key.is_usable,
        access_key in AccessKey.objects.usable(),
        access_key not in AccessKey.objects.expired(),
        opens(access_key),
    }


@pytest.mark.parametrize(
    ("moment", "usable"),
    [
        (GENERATED, True),
        (EXPIRY - MICROSECOND, True),
        (EXPIRY, False),
        (EXPIRY + MICROSECOND, False),
        (EXPIRY + timedelta(days=3650), False),
    ],
    ids=["when generated", "one microsecond before", "at", "one microsecond after", "ten years after"],
)
def test_the_border(time_machine: TimeMachineFixture, moment: datetime, usable: bool) -> None:
    access_key = AccessKeyFactory(generated_at=GENERATED, expires_at=EXPIRY)
    time_machine.move_to(moment, tick=False)
    assert verdicts(access_key) == {usable}
    assert verdicts(AccessKey.objects.get()) == {usable}


def test_without_an_expiry_it_is_usable_for_ever(time_machine: TimeMachineFixture) -> None:
    access_key = AccessKeyFactory(generated_at=GENERATED)
    time_machine.move_to(datetime(2262, 1, 1, tzinfo=UTC), tick=False)
    assert verdicts(access_key) == {True}


@given(
    st.integers(min_value=-3, max_value=3) | st.integers(min_value=-(10**13), max_value=10**13),
    st.integers(min_value=4 * 10**13, max_value=10**15),
)
def test_property_queryset_and_door_agree_at_any_distance(distance: int, life: int) -> None:
    """``distance`` from the expiry and ``life`` in microseconds."""
    expires_at = GENERATED + life * MICROSECOND
    access_key = AccessKeyFactory(generated_at=GENERATED, expires_at=expires_at)
    with travel(expires_at + distance * MICROSECOND, tick=False):
        assert verdicts(access_key) == {distance < 0}
