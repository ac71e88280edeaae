"""Times are said to the nearest minute, hour or day: never nothing, and never more than a day or an hour holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st
from time_machine import TimeMachineFixture

from accesskeys.templatetags import console
from tests.console.helpers import LIST, details
from tests.factories import AccessKeyFactory

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)
SECOND, MINUTE, HOUR, DAY = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        # What was just given is said as it was given.
        (HOUR - MOMENT, "in 1 hour"),
        (20 * HOUR - MOMENT, "in 20 hours"),
        (DAY - MOMENT, "in 1 day"),
        (30 * DAY - MOMENT, "in 30 days"),
        (90 * DAY - MOMENT, "26 Feb 2027"),
        # The halves.
        (59.5 * MINUTE - MOMENT, "within the hour"),
        (59.5 * MINUTE, "in 1 hour"),
        (1.5 * HOUR - MOMENT, "in 1 hour"),
        (1.5 * HOUR, "in 2 hours"),
        (23.5 * HOUR - MOMENT, "in 23 hours"),
        (23.5 * HOUR, "in 1 day"),
        (23.7 * HOUR, "in 1 day"),
        (1.5 * DAY - MOMENT, "in 1 day"),
        (1.5 * DAY, "in 2 days"),
        (29.5 * DAY - MOMENT, "in 29 days"),
        (29.5 * DAY, "in 30 days"),
        (30.5 * DAY - MOMENT, "in 30 days"),
        (30.5 * DAY, "28 Dec 2026"),
        (MOMENT, "within the hour"),
        (0 * DAY, "just now"),
        (-0.5 * MINUTE + MOMENT, "just now"),
        (-0.5 * MINUTE, "1 minute ago"),
        (-59.4 * MINUTE, "59 minutes ago"),
        (-59.6 * MINUTE, "1 hour ago"),
        (-23.4 * HOUR, "23 hours ago"),
        (-23.7 * HOUR, "1 day ago"),
        (-29.6 * DAY, "30 days ago"),
        (-30.6 * DAY, "28 Oct 2026"),
    ],
)
def test_to_the_nearest(distance: timedelta, words: str) -> None:
    assert console.said(NOW + distance, NOW) == words


@given(st.timedeltas(-40 * DAY, 40 * DAY))
def test_never_nothing_and_never_more_than_the_next_unit(distance: timedelta) -> None:
    words = console.said(NOW + distance, NOW).split()
    numbers = [int(word) for word in words if word.isdigit()]
    for unit, most in (("minute", 59), ("hour", 23), ("day", 30)):
        if any(word.startswith(unit) for word in words) and numbers:
            assert 1 <= numbers[0] <= most


@pytest.mark.parametrize(
    ("distance", "words"),
    [
        (30 * DAY - MOMENT, "28 Dec 2026, 09:59 UTC"),
        (20 * HOUR - MOMENT, "29 Nov 2026, 05:59 UTC"),
        (20 * MINUTE, "28 Nov 2026, 10:20 UTC"),
        (23.7 * HOUR, "29 Nov 2026, 09:42 UTC"),
        (90 * DAY, "10:00 UTC"),  # The date is said already.
        (-2 * DAY, "26 Nov 2026, 10:00 UTC"),
        (-2 * HOUR, "28 Nov 2026, 08:00 UTC"),
        # Until the end of a day: the date says it all.
        (14 * HOUR - SECOND, "28 Nov 2026, 23:59 UTC"),
        (3 * DAY + 14 * HOUR - SECOND, "1 Dec 2026"),
        (3 * DAY + 14 * HOUR - MOMENT, "1 Dec 2026"),
        (3 * DAY + 14 * HOUR, "2 Dec 2026, 00:00 UTC"),
        (90 * DAY + 14 * HOUR - SECOND, ""),
        (90 * DAY + 14 * HOUR, "00:00 UTC"),
    ],
)
def test_the_date_beside_it(distance: timedelta, words: str) -> None:
    assert console.date_beside(NOW + distance, NOW) == words


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lifetime", "in_the_list", "on_the_details"),
    [
        (30 * DAY, ">in 30 days<", ">in 30 days</time>, 28 Dec 2026, 10:00 UTC<"),
        (20 * HOUR, ">in 20 hours<", ">in 20 hours</time></span> 29 Nov 2026, 06:00 UTC<"),
        (90 * DAY, ">26 Feb 2027<", ">26 Feb 2027</time>, 10:00 UTC</div>"),
        (None, ">never<", ">never</span></dd>"),
    ],
)
def test_on_the_pages(
    operator: Client,
    time_machine: TimeMachineFixture,
    lifetime: timedelta | None,
    in_the_list: str,
    on_the_details: str,
) -> None:
    time_machine.move_to(NOW)  # And it goes on, as it does for operators.
    access_key = AccessKeyFactory(expires_at=NOW + lifetime if lifetime else None)
    assert in_the_list in operator.get(LIST).content.decode()
    assert on_the_details in operator.get(details(access_key)).content.decode()


@pytest.mark.django_db
def test_one_whose_time_has_come(operator: Client) -> None:
    page = operator.get(details(AccessKeyFactory(expired=True))).content.decode()
    yesterday = console.date_beside(timezone.now() - DAY, timezone.now())
    assert 'badge-danger">Expired</span> <time' in page
    assert f">1 day ago</time>, {yesterday}</div>" in page
