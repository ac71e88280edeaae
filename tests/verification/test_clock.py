"""No window holds longer than its own time, whatever the clock did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine

from accesskeys.core.exceptions import RateLimited
from accesskeys.verification import rate_limits
from tests.factories import AccessKeyFactory

NOW = datetime(2026, 11, 28, 10, 0, 30, tzinfo=UTC)
AHEAD = NOW + timedelta(hours=2)


def test_a_limit_that_was_reached_while_the_clock_was_ahead_is_over_with_it(settings: Any) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "2/hour"
    with time_machine.travel(AHEAD, tick=False):
        for _ in range(2):
            rate_limits.count_bad_key("203.0.113.77")
        with pytest.raises(RateLimited):
            rate_limits.count_bad_key("203.0.113.77")
    with time_machine.travel(NOW, tick=False):
        rate_limits.count_bad_key("203.0.113.77")


@pytest.mark.django_db(transaction=True)
def test_so_is_that_of_an_access_key() -> None:
    access_key = AccessKeyFactory()
    access_key.rate_limit = "1/hour"
    with time_machine.travel(AHEAD, tick=False):
        rate_limits.count_use(access_key)
        with pytest.raises(RateLimited):
            rate_limits.count_use(access_key)
    with time_machine.travel(NOW, tick=False):
        rate_limits.count_use(access_key)
