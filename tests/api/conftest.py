from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from accesskeys.core.scopes import READ, REVEAL, WRITE
from accesskeys.verification import metrics
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory


@pytest.fixture
def reader(db: None) -> Client:
    return consumer(AccessKeyFactory(name="reader", scopes=[READ]))


@pytest.fixture
def writer(db: None) -> Client:
    return consumer(AccessKeyFactory(name="writer", scopes=[WRITE]))


@pytest.fixture
def revealer(db: None) -> Client:
    return consumer(AccessKeyFactory(name="revealer", scopes=[REVEAL]))


@pytest.fixture
def nobody(db: None) -> Client:
    return anybody()


@pytest.fixture
def fresh_tally(settings: Settings, tmp_path: Path) -> Iterator[None]:
    """Metrics whose numbers begin with the test."""
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "counters"
    metrics._begin()
    yield
    metrics._begin()
