"""A file that somebody else writes to at the moment can be written to."""

from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from identity_cloud.health.database import database


@pytest.mark.django_db(transaction=True)
def test_somebody_writes_at_the_moment() -> None:
    name = connection.settings_dict["NAME"]
    with closing(sqlite3.connect(name, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert [finding for finding in database() if finding.is_failed] == []
