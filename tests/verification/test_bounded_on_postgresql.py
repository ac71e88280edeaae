"""A statement that takes too long is cut, and the connection with it."""

from __future__ import annotations

import time
from contextlib import closing

import pytest
from django.db import OperationalError, connection
from pytest_django import Settings

from accesskeys.verification.finding import deadline
from accesskeys.verification.finding.bounded import bounded


@pytest.mark.django_db
def test_what_takes_too_long(settings: Settings) -> None:
    settings.ACCESS_KEYS_DECISION_TIMEOUT = 0.3
    deadline.watch.cache_clear()  # It may sleep for as long as the setting was before.
    with closing(connection.copy()) as own:
        began = time.monotonic()
        with pytest.raises(OperationalError), bounded(own), own.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(5)")
        assert time.monotonic() - began < 2
        assert own.connection is None
