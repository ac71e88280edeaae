"""Two windows of one operator at once: never two apps, and never none where one factor is required."""

from __future__ import annotations

from functools import partial

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User
from pytest_django import Settings

from accesskeys.models import AuditEvent
from identity_cloud.operators.factors import FACTORS, recovery_codes, totp
from identity_cloud.operators.factors.exceptions import AppExists, LastFactor
from identity_cloud.operators.operations.add_factor import add_app, renew_recovery_codes
from identity_cloud.operators.operations.remove_factor import remove_factor
from tests.factories import OperatorFactory, proven
from tests.helpers import at_once
from tests.identity_cloud.factors.asking import SECRET
from tests.identity_cloud.factors.authenticator import given_to

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator() -> User:
    return OperatorFactory(password="a long walk by the sea")


def two_factors(operator: User) -> list[int]:
    given_to(operator)
    return [totp.add(operator, SECRET, used=0).pk, Authenticator.objects.get(type="webauthn").pk]


def events() -> list[tuple[str, str]]:
    return sorted(AuditEvent.objects.values_list("outcome", "reason"))


def test_two_apps_are_one(operator: User) -> None:
    results = at_once([partial(add_app, secret=SECRET, used=1, actor=proven(operator, address=None))] * 2)
    assert sorted(type(result) for result in results if not isinstance(result, list)) == [AppExists]
    assert Authenticator.objects.filter(type="totp").count() == 1
    assert Authenticator.objects.filter(type="recovery_codes").count() == 1
    assert events() == [("refused", "exists"), ("succeeded", "")]


def test_of_two_that_are_removed_one_stays_where_one_is_required(operator: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    actor = proven(operator, address=None)
    results = at_once(
        [partial(remove_factor, factor_id=pk, but=None, actor=actor) for pk in two_factors(operator)]
    )
    assert [type(result) for result in results if isinstance(result, Exception)] == [LastFactor]
    assert Authenticator.objects.filter(type__in=FACTORS).count() == 1
    assert events() == [("refused", "last_factor"), ("succeeded", "")]


def test_one_of_two_leaves_the_recovery_codes(operator: User, settings: Settings) -> None:
    settings.SECOND_FACTOR_REQUIRED = True
    first, _ = two_factors(operator)
    recovery_codes.renew(operator)
    remove_factor(factor_id=first, but=None, actor=proven(operator, address=None))
    assert set(Authenticator.objects.values_list("type", flat=True)) == {"webauthn", "recovery_codes"}


def test_of_codes_made_twice_the_last_are_good(operator: User) -> None:
    two_factors(operator)
    results = at_once([partial(renew_recovery_codes, actor=proven(operator, address=None))] * 2)
    good = [
        codes
        for codes in results
        if isinstance(codes, list) and recovery_codes.use(operator, codes[0].replace("-", ""))
    ]
    assert len(good) == 1
    assert Authenticator.objects.filter(type="recovery_codes").count() == 1
