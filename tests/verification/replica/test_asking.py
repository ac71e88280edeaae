"""A decision asks the standby where it is recent enough, and the primary otherwise."""

from __future__ import annotations

import secrets
import time
import uuid

import psycopg
import pytest
from django.db import connections, transaction

from accesskeys.core import steady
from accesskeys.models import AccessKey
from accesskeys.verification import metrics
from accesskeys.verification.finding import find_by_digest, statement
from accesskeys.verification.replica import asking, trusted
from accesskeys.verification.replica.beating import beat, beating
from tests.replicas import PRIMARY, STANDBY, Two


@pytest.fixture
def digest(both: Two) -> bytes:
    """Of an access key, on the primary and, a moment later, on the standby."""
    made = AccessKey(
        name=f"key_{uuid.uuid4().hex[:12]}", digest=secrets.token_bytes(32), sealed=b"-", hint="0000"
    )
    made.digest_key_id = made.sealed_key_id = "k1"
    AccessKey.objects.using(PRIMARY).bulk_create([made])
    found = f"SELECT count(*) FROM accesskeys_accesskey WHERE id = '{made.pk}'"
    while both.standby.execute(found) != (1,):
        time.sleep(0.01)
    return bytes(made.digest)


@pytest.fixture
def line(both: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    """A line to the standby, which is believed; by beats of the test alone."""
    monkeypatch.setattr(beating(), "begin", lambda: None)
    beat(beating().lease)
    assert trusted(STANDBY) is None  # It was opened for the next one.
    beat(beating().lease)
    assert trusted(STANDBY) is connections[STANDBY]


def errors() -> tuple[int, int]:
    """So far, of the replica and of the primary."""
    sums = metrics.sums()
    assert sums is not None
    return sums.errors("standby"), sums.errors("database")


def where(both: Two, digest: bytes) -> list[str]:
    """Which of the two has answered, told by the connections that this process has used."""
    before = {alias: _asked(alias) for alias in (PRIMARY, STANDBY)}
    assert find_by_digest(digest) is not None
    return [alias for alias in before if _asked(alias) != before[alias]]


def _asked(alias: str) -> object:
    driver = connections[alias].connection
    if driver is None:
        return None
    # What PostgreSQL says of a session while it is idle: when it has last begun to answer.
    port = connections[alias].settings_dict["PORT"]
    with psycopg.connect(f"host=127.0.0.1 port={port} user=postgres dbname=postgres") as watching:
        return watching.execute(
            "SELECT query_start FROM pg_stat_activity WHERE pid = %s", [driver.info.backend_pid]
        ).fetchone()


def test_the_standby_answers(both: Two, line: None, digest: bytes) -> None:
    assert where(both, digest) == [STANDBY]
    found = find_by_digest(digest)
    assert found is not None
    assert found._state.db == PRIMARY  # Whatever else is read of it, or written.


def test_who_has_nothing_is_told_by_it_too(both: Two, line: None) -> None:
    assert find_by_digest(secrets.token_bytes(32)) is None


def test_in_a_transaction_the_primary_answers(both: Two, line: None, digest: bytes) -> None:
    """It may have what nobody else sees yet."""
    with transaction.atomic(PRIMARY):
        assert where(both, digest) == [PRIMARY]


def test_a_lease_that_has_run_out(both: Two, line: None, digest: bytes) -> None:
    beating().lease.recent = steady.seconds() - beating().lease.seconds
    assert where(both, digest) == [PRIMARY]


def test_a_line_that_breaks_is_made_up_for_by_the_primary(both: Two, line: None, digest: bytes) -> None:
    connections[PRIMARY].ensure_connection()
    process = connections[STANDBY].connection.info.backend_pid
    of_replica, of_primary = errors()
    both.standby.execute(f"SELECT pg_terminate_backend({process})")
    assert where(both, digest) == [PRIMARY]
    assert errors() == (of_replica + 1, of_primary)
    assert connections[STANDBY].connection is None
    assert trusted(STANDBY) is None  # Opened again, and believed from the next beat on.
    beat(beating().lease)
    assert where(both, digest) == [STANDBY]


def test_a_line_that_somebody_else_has_opened_is_opened_anew(both: Two, line: None) -> None:
    connections[STANDBY].close()
    connections[STANDBY].ensure_connection()
    theirs = connections[STANDBY].connection
    assert trusted(STANDBY) is None
    assert connections[STANDBY].connection is not theirs


def test_a_line_to_another_standby_is_not_believed(both: Two, line: None, digest: bytes) -> None:
    """One name may lead to several servers; the beats are of one of them."""
    beating().lease.of("another")
    beating().lease.recent = steady.seconds()
    assert trusted(STANDBY) is None
    assert trusted(STANDBY) is None
    assert where(both, digest)[:1] == [PRIMARY]


def test_one_that_cannot_be_reached_keeps_one_waiting_and_not_all(
    both: Two, line: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "_breaker", asking.Breaker())
    connections[STANDBY].close()
    of_replica, of_primary = errors()
    with both.standby.paused():
        began = time.monotonic()
        assert trusted(STANDBY) is None
        assert time.monotonic() - began >= asking.PATIENCE / 2
        began = time.monotonic()
        assert trusted(STANDBY) is None
        assert time.monotonic() - began < asking.PATIENCE / 2
    assert errors() == (of_replica + 1, of_primary)


def test_without_prepared_statements_it_is_not_asked(
    both: Two, line: None, digest: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Django's own cursor would open another line without a word."""
    for cached in (statement._of_only_keys, statement._of_all_keys):
        cached.cache_clear()
    monkeypatch.setitem(connections[STANDBY].settings_dict["OPTIONS"], "prepare_threshold", None)
    try:
        assert PRIMARY in where(both, digest)
    finally:
        for cached in (statement._of_only_keys, statement._of_all_keys):
            cached.cache_clear()
