from __future__ import annotations

import pytest
from pytest_django.live_server_helper import LiveServer

from accesskeys.models import AccessKey
from tests.browser.scenes import LIST
from tests.factories import AccessKeyFactory


@pytest.fixture
def access_key(live_server: LiveServer) -> AccessKey:
    return AccessKeyFactory(name="billing_worker")


@pytest.fixture
def details(access_key: AccessKey) -> str:
    return f"{LIST}{access_key.pk}/"
