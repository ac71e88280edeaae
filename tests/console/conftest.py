from __future__ import annotations

import pytest
from django.test import Client

from accesskeys.models import AccessKey
from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory
from tools import compile_messages


@pytest.fixture(scope="session", autouse=True)
def compiled_messages() -> None:
    """The translations as they are now, also where the tests are not started by ``make``."""
    compile_messages.main()


@pytest.fixture
def operator() -> Client:
    return signed_in("Operators", "Auditors")


@pytest.fixture
def viewer() -> Client:
    return signed_in("Viewers")


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")
