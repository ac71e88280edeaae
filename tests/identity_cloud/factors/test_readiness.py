"""The start tells of second factors that cannot be opened, by number and master key, and goes on."""

from __future__ import annotations

import logging

import pytest
from allauth.mfa.models import Authenticator
from pytest_django import Settings

from identity_cloud.operators.factors import recovery_codes, totp
from identity_cloud.readiness import check_database
from tests.factories import OperatorFactory
from tests.helpers import master_key
from tests.identity_cloud.factors.asking import SECRET
from tests.identity_cloud.factors.authenticator import given_to

pytestmark = pytest.mark.django_db


def told(caplog: pytest.LogCaptureFixture) -> list[str]:
    """The warnings of the start."""
    caplog.clear()
    caplog.set_level(logging.WARNING)
    check_database()
    return [record.getMessage() for record in caplog.records]


def test_nothing_where_all_is_well(caplog: pytest.LogCaptureFixture, settings: Settings) -> None:
    operator = OperatorFactory()
    assert told(caplog) == []
    totp.add(operator, SECRET, used=0)
    given_to(operator)
    settings.ACCESS_KEYS_MASTER_KEYS = f"{master_key('newer')},{settings.ACCESS_KEYS_MASTER_KEYS}"
    recovery_codes.renew(operator)
    assert told(caplog) == []


def test_a_master_key_that_is_gone(caplog: pytest.LogCaptureFixture, settings: Settings) -> None:
    older, newer = master_key("older"), master_key("newer")
    settings.ACCESS_KEYS_MASTER_KEYS = older
    for _ in range(2):
        operator = OperatorFactory()
        totp.add(operator, SECRET, used=0)
    recovery_codes.renew(operator)
    settings.ACCESS_KEYS_MASTER_KEYS = newer
    [sentence] = told(caplog)
    assert sentence.startswith("Second factors cannot be opened: 3, sealed under the master key older,")
    assert "Add it again, after the present one, or reset" in sentence
    assert older.partition(":")[2] not in sentence
    settings.ACCESS_KEYS_MASTER_KEYS = f"{newer},{older}"
    assert told(caplog) == []


@pytest.mark.parametrize("data", [{}, [], "x", {"key_id": 7}, {"key_id": None}, {"key_id": ["k1"]}])
def test_what_is_damaged(caplog: pytest.LogCaptureFixture, data: object) -> None:
    Authenticator.objects.create(user=OperatorFactory(), type="totp", data=data)
    assert told(caplog) == ["Second factors are damaged: 1. Reset the operators who cannot sign in."]
