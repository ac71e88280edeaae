"""What a request may cost the database. A budget that grows fails here first."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings
from time_machine import TimeMachineFixture

from accesskeys import verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.core.keyring import Keyring, get_keyring
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import master_key

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def verbs(queries: CaptureQueriesContext) -> list[str]:
    return [query["sql"].removeprefix("1 times: ").split()[0] for query in queries.captured_queries]


def test_authenticating_is_one_select_and_at_most_one_update_a_minute(
    time_machine: TimeMachineFixture,
) -> None:
    time_machine.move_to(NOW, tick=False)
    AccessKeyFactory.create_batch(3)
    key = key_of(AccessKeyFactory(scopes=["orders:read"], expires_at=NOW + timedelta(days=1)))
    statements = []
    for seconds in (0, 1, 59, 60, 61, 119, 120):
        time_machine.move_to(NOW + timedelta(seconds=seconds), tick=False)
        with CaptureQueriesContext(connection) as queries:
            verification.authenticate(key)
        statements.append(verbs(queries))
    once, again = ["SELECT", "UPDATE"], ["SELECT"]
    assert statements == [once, again, again, once, again, again, once]


def test_what_is_decided_with_needs_no_further_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    key = key_of(AccessKeyFactory(scopes=["orders:read"]))
    verification.authenticate(key)
    with django_assert_num_queries(1):
        access_key = verification.authenticate(key)
        assert access_key.has_scope("orders:read")
        assert access_key.is_usable
        assert access_key.name
        assert access_key.last_used_at


def test_the_sealed_key_is_not_fetched() -> None:
    key = key_of(AccessKeyFactory())
    with CaptureQueriesContext(connection) as queries:
        verification.authenticate(key)
    assert '"sealed"' not in queries.captured_queries[0]["sql"]


@pytest.mark.parametrize("key", ["", "malformed", "ica_" + 51 * "a", "ica_" + 51 * "０"])
def test_malformed_and_forged_keys_cost_no_query(
    key: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    AccessKeyFactory()
    with django_assert_num_queries(0), pytest.raises(InvalidKey):
        verification.authenticate(key)


def test_an_expired_key_costs_one_select_and_an_unknown_one_two(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    expired = key_of(AccessKeyFactory(expired=True))
    for key, selects in ((expired, 1), (get_keyring().new_key(), 2)):
        with django_assert_num_queries(selects), pytest.raises(InvalidKey):
            verification.authenticate(key)


def test_more_master_keys_cost_no_more_queries(
    settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    key = key_of(AccessKeyFactory())
    settings.ACCESS_KEYS_MASTER_KEYS = ",".join(
        [master_key("k4"), master_key("k3"), settings.ACCESS_KEYS_MASTER_KEYS, master_key("k2")]
    )
    verification.authenticate(key)
    with django_assert_num_queries(1):
        verification.authenticate(key)
    with django_assert_num_queries(0), pytest.raises(InvalidKey):
        verification.authenticate(Keyring.parse(master_key("k4")).new_key())
