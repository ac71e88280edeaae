from __future__ import annotations

import pytest
from django.test import Client

from accesskeys.core.scopes import READ, REVEAL, WRITE
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
