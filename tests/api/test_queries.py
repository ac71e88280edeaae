"""How many statements an answer takes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from tests.api.helpers import (
    PING,
    refused_keys,
)
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


class TestQueryBudget:
    def test_a_request_is_one_select_and_at_most_one_update_a_minute(
        self, time_machine: TimeMachineFixture
    ) -> None:
        now = datetime(2026, 11, 23, 12, tzinfo=UTC)
        time_machine.move_to(now, tick=False)
        client = consumer(AccessKeyFactory())
        statements = []
        for seconds in (0, 1, 61):
            time_machine.move_to(now + timedelta(seconds=seconds), tick=False)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(PING).status_code == 200
            statements.append(
                [query["sql"].removeprefix("1 times: ").split()[0] for query in queries.captured_queries]
            )
        assert statements == [["SELECT", "UPDATE"], ["SELECT"], ["SELECT", "UPDATE"]]

    @pytest.mark.parametrize("kind", ["malformed", "no key", "two words", "forged"])
    def test_keys_that_cannot_be_ours_cost_nothing(
        self, kind: str, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        client = anybody(authorization=refused_keys()[kind])
        with django_assert_num_queries(0):
            assert client.get(PING).status_code == 401
