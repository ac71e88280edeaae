from __future__ import annotations

import pytest
from django.test import Client

from accesskeys.models import AccessKey
from tests.clients import consumer
from tests.factories import AccessKeyFactory


@pytest.fixture
def access_key() -> AccessKey:
    return AccessKeyFactory(name="billing")


@pytest.fixture
def api() -> Client:
    return consumer(AccessKeyFactory(name="caller", scopes=["access_keys:write"]))
