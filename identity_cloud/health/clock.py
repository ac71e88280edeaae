"""This machine's clock against the database's: whether a key has expired is asked of the first, and it has brothers."""

from __future__ import annotations

import time
from collections.abc import Iterator

from django.db import Error, connection

from accesskeys.verification.finding.bounded import bounded
from identity_cloud.health.findings import Finding, failed, warning

MUCH, FAR = 1.0, 60.0  # seconds


def clock() -> Iterator[Finding]:
    """SQLite has no clock of its own."""
    if connection.vendor != "postgresql":
        yield Finding("clock", told="the database has none of its own")
        return
    try:
        with bounded(connection), connection.cursor() as cursor:
            before = time.time()
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            theirs, ours = float(cursor.fetchone()[0]), (before + time.time()) / 2
    except Error:
        yield warning("clock", "The clock cannot be compared: the database does not answer.")
        return
    yield compared(ours - theirs)


def compared(ahead: float) -> Finding:
    """By how many seconds ours is ahead."""
    if abs(ahead) < MUCH:
        return Finding("clock", told=f"{abs(ahead) * 1000:.0f} ms from the database's")
    told = (
        f"The clock of this machine is {abs(ahead):,.0f} s {'ahead of' if ahead > 0 else 'behind'} the database's. "
        "Let both follow the same time servers (NTP)."
    )
    return (failed if abs(ahead) >= FAR else warning)("clock", told)
