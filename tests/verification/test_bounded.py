"""What else asks the database waits for it no longer than a decision does."""

from __future__ import annotations

from contextlib import closing

import pytest
from django.db import connection

from accesskeys.verification.finding.bounded import bounded


@pytest.mark.django_db
def test_a_connection_is_opened_and_can_be_asked() -> None:
    with closing(connection.copy()) as own:
        for _ in range(2):
            with bounded(own), own.cursor() as cursor:
                cursor.execute("SELECT 1")
                assert cursor.fetchone() == (1,)
