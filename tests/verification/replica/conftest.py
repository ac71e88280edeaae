from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import DjangoDbBlocker, Settings

from accesskeys.verification.replica.beating import beating
from tests.replicas import LEASE, STANDBY, Two, reachable, two


@pytest.fixture(scope="module")
def clusters() -> Iterator[Two]:
    with two() as both:
        yield both


@pytest.fixture
def both(clusters: Two, settings: Settings, django_db_blocker: DjangoDbBlocker) -> Iterator[Two]:
    """The standby is the replica of this process, and the primary is waited for as it should be."""
    settings.DATABASE_ROUTERS = ["tests.replicas.ToPrimary"]
    settings.ACCESS_KEYS_REPLICA, settings.ACCESS_KEYS_REPLICA_LEASE = STANDBY, LEASE
    beating.cache_clear()
    with django_db_blocker.unblock(), reachable(clusters):
        yield clusters
        beating.cache_clear()  # Ends the thread of the last one.
    clusters.wait_for("beside")
