"""``--expires-in`` as people type it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.core.exceptions import ValidationError
from hypothesis import example, given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accesskeys.management.durations import moment_after
from tests.helpers import codes

NOW = datetime(2026, 11, 23, 12, 0, 0, 7, tzinfo=UTC)
HOURS = {"h": 1, "d": 24, "w": 7 * 24, "y": 365 * 24}


@pytest.mark.parametrize(
    ("text", "distance"),
    [
        ("1h", timedelta(hours=1)),
        ("12h", timedelta(hours=12)),
        ("90d", timedelta(days=90)),
        ("4w", timedelta(days=28)),
        ("1y", timedelta(days=365)),
        ("99999h", timedelta(hours=99999)),
    ],
)
def test_a_number_and_a_unit(time_machine: TimeMachineFixture, text: str, distance: timedelta) -> None:
    time_machine.move_to(NOW, tick=False)
    assert moment_after(text) == NOW + distance


@given(st.integers(1, 99999), st.sampled_from("hdwy"))
def test_any_number_is_a_moment_or_beyond_the_calendar(number: int, unit: str) -> None:
    before = datetime.now(UTC)
    try:
        distance = moment_after(f"{number}{unit}") - before
    except ValidationError as refusal:
        assert codes(refusal) == {"expires_at": ["invalid"]}
        assert number * HOURS[unit] > 365 * 24 * 7000  # the calendar ends with the year 9999
    else:
        assert timedelta(0) <= distance - timedelta(hours=number * HOURS[unit]) < timedelta(minutes=1)


@given(st.text() | st.text("0123456789hdwym -+.\n", max_size=8))
@example("")
@example("0d")
@example("-1d")
@example("90")
@example("d")
@example("90d\n")
@example(" 90d")
@example("90D")
@example("1.5d")
@example("٣d")
@example("1e3d")
@example("100000d")
@example("30m")
def test_anything_else_is_refused_with_a_sentence(text: str) -> None:
    if re.fullmatch("[1-9][0-9]{0,4}[hdwy]", text):
        assert moment_after(text) > datetime.now(UTC)
        return
    with pytest.raises(ValidationError) as refusal:
        moment_after(text)
    assert codes(refusal.value) == {"expires_at": ["invalid"]}
    assert refusal.value.messages == [
        "Write how long the access key lives as a number and a unit: 12h, 90d, 4w or 1y."
    ]
