"""The line above the list that counts what is worth a look, and leads there."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from accesskeys.console import worklist
from accesskeys.models import AccessKey
from accesskeys.models.lists import Status
from accesskeys.models.worklist import Waiting
from tests.console.helpers import LIST
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def used(**facts: Any) -> AccessKey:
    access_key: AccessKey = AccessKeyFactory(**facts)
    AccessKey.objects.filter(pk=access_key.pk).update(last_used_at=timezone.now())
    return access_key


def offered(operator: Client, query: str = "") -> dict[str, str]:
    source = operator.get(LIST + query).content.decode()
    links = re.findall(r'<a href="([^"]*)" data-status="\w+" [^>]*>([^<]*)', source)
    return {text: unescape(address) for address, text in links}


def test_each_state_that_some_are_in_is_counted(operator: Client) -> None:
    now = timezone.now()
    used()
    AccessKeyFactory.create_batch(2)
    used(expires_at=now + 13 * DAY)
    used(expired=True)
    AccessKey.objects.filter(pk=used().pk).update(suspended_at=now)
    idle = used(generated_at=now - 200 * DAY)
    AccessKey.objects.filter(pk=idle.pk).update(last_used_at=now - 91 * DAY)
    counts = offered(operator)
    assert list(counts) == [
        "2 never used",
        "1 expires within 14 days",
        "1 expired",
        "1 suspended",
        "1 unused for 90 days",
    ]
    for text, address in counts.items():
        assert operator.get(LIST + address).context["page"].paginator.count == int(text.split()[0])


def test_where_all_is_well_there_is_no_line(operator: Client) -> None:
    assert 'class="page-links hint worklist"' not in operator.get(LIST).content.decode()
    used()
    assert 'class="page-links hint worklist"' not in operator.get(LIST).content.decode()


def test_one_replaces_the_filters_and_keeps_the_order(operator: Client) -> None:
    AccessKeyFactory()
    query = "?search=x&status=expired&label=a&scope=b&owner=c&ordering=name&page=2"
    assert offered(operator, query) == {"1 never used": "?status=never_used&ordering=name"}


def test_the_one_chosen_is_marked_and_taken_off_by_a_second_click(operator: Client) -> None:
    AccessKeyFactory()
    used(expired=True)
    response = operator.get(LIST, {"status": "expired", "ordering": "name"})
    assert response.content.decode().count('data-status="expired" aria-current="true"') == 1
    assert 'data-status="never_used" aria-current' not in response.content.decode()
    assert offered(operator, "?status=expired&ordering=name")["1 expired"] == "?ordering=name"


def test_it_is_counted_no_further_than_a_list_reaches(operator: Client) -> None:
    AccessKeyFactory.create_batch(5)
    with (
        patch("accesskeys.models.worklist.REACH", 3),
        CaptureQueriesContext(connection) as queries,
    ):
        assert list(offered(operator)) == ["more than 3 never used"]
    assert sum("LIMIT 4" in query["sql"] for query in queries) == 5


def test_who_searches_has_it_already(operator: Client) -> None:
    AccessKeyFactory()
    with CaptureQueriesContext(connection) as queries:
        source = operator.get(LIST, {"search": "a"}, headers={"HX-Request": "true"}).content.decode()
    assert "data-status" not in source
    assert not any("LIMIT 1001) subquery" in query["sql"] for query in queries)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "more than 1,000 never used"),
        ("de", "mehr als 1.000 nie verwendet"),
        ("fr", "plus de 1\u202f000 jamais utilisées"),
    ],
)
def test_in_every_language(language: str, sentence: str) -> None:
    with (
        translation.override(language),
        patch("accesskeys.console.worklist.worklist", return_value=[Waiting(Status.NEVER_USED, 1000, True)]),
    ):
        said = worklist.items()[0].sentence
    assert said.replace("\xa0", "\u202f") == sentence
