"""What a decision would say, told to whoever asks, changes nothing."""

from __future__ import annotations

import pytest
from django.utils import timezone

from accesskeys import operations
from accesskeys.operations.actors import Actor
from accesskeys.verification import rate_limits
from accesskeys.verification.decision import Attempt
from accesskeys.verification.explaining import explain
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log, stored

pytestmark = pytest.mark.django_db


@pytest.mark.usefixtures("own_counters")
def test_it_goes_as_far_as_the_first_that_refuses_and_counts_nothing(command: Actor) -> None:
    pk = AccessKeyFactory(scopes=["orders:read"]).pk
    access_key = operations.limit(access_key_id=pk, allowed_networks=[], rate_limit="1/hour", actor=command)
    row, events = stored(pk), audit_log()
    attempt = Attempt("192.0.2.7", timezone.now())
    for _ in range(3):
        told = list(explain(access_key, attempt, ["orders:read", "orders:write", "more"], is_now=True))
    assert [each.check for each in told] == ["suspended", "expired", "address", "rate", "scope", "scope"]
    assert [each.passes for each in told] == [True] * 5 + [False]
    assert rate_limits.window_of(access_key).used == 0
    assert (stored(pk), audit_log()) == (row, events)
