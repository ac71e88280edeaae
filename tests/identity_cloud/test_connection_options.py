"""The options of ``DATABASE_URL``, as the connection has them."""

from __future__ import annotations

import os

import pytest
from django.db import connection

from tests.identity_cloud.test_settings import python

OPEN = (
    "import django, time; django.setup(); from django.db import connection; connection.ensure_connection(); "
)


def of_connection(options: str, what: str) -> str:
    address = os.environ["DATABASE_URL"]
    result = python(
        "-c", f"{OPEN}print({what})", DATABASE_URL=f"{address}{'&' if '?' in address else '?'}{options}"
    )
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_it_is_kept_for_as_long_as_is_said() -> None:
    closes = float(of_connection("conn_max_age=60", "connection.close_at - time.monotonic()"))
    assert 50 < closes <= 60


APPLICATION_NAME = "connection.connection.info.parameter_status('application_name')"
REACHES = {
    "sqlite": [("timeout=2.5", "connection.connection.execute('PRAGMA busy_timeout').fetchone()[0]", "2500")],
    "postgresql": [
        ("application_name=a%20name+b", APPLICATION_NAME, "a name+b"),
        ("prepare_threshold=3", "connection.connection.prepare_threshold", "3"),
        # Nothing is prepared, for poolers that would lose it.
        ("prepare_threshold=0", "connection.connection.prepare_threshold", "None"),
    ],
}


@pytest.mark.parametrize(("options", "what", "found"), REACHES[connection.vendor])
def test_options_reach_the_driver(options: str, what: str, found: str) -> None:
    assert of_connection(options, what) == found
