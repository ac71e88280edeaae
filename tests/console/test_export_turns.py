"""Two exports at once; whoever comes beyond hears it at once, and each gives its place back at its end."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from accesskeys.console.streams import TURNS
from accesskeys.core.turns import Turn
from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db(transaction=True)

ACCESS_KEYS = "/settings/access-keys/export/"
AUDIT_LOG = "/settings/audit-log/export/"
SENTENCE = "Two exports are running already, and more at once would slow down all others."


@pytest.fixture
def operator() -> Client:
    AccessKeyFactory.create_batch(60)
    return signed_in("Operators", "Auditors")


@pytest.fixture
def two() -> Iterator[list[Turn]]:
    """Others, whose exports are under way."""
    turns = [TURNS.take(), TURNS.take()]
    yield turns
    for turn in turns:
        turn.give_back()


def test_the_third_is_refused_at_once(operator: Client, two: list[Turn]) -> None:
    response = operator.get(ACCESS_KEYS, {"search": "access"})
    source = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "no-store" in response["Cache-Control"]
    assert "Content-Disposition" not in response
    assert SENTENCE in source
    assert f'href="{ACCESS_KEYS}?search=access">Try again</a>' in source
    two.pop().give_back()
    assert operator.get(ACCESS_KEYS, {"search": "access"}).status_code == 200


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Es laufen schon zwei Exporte, und weitere würden alle anderen aufhalten."),
        ("fr", "Deux exports sont déjà en cours, et davantage ralentiraient tout le monde."),
    ],
)
def test_in_other_languages(operator: Client, two: list[Turn], language: str, sentence: str) -> None:
    refused = operator.get(AUDIT_LOG, headers={"Accept-Language": language})
    assert sentence in refused.content.decode()


def test_programs_hear_it_in_the_shape_of_the_api(operator: Client, two: list[Turn]) -> None:
    refused = operator.get(AUDIT_LOG, headers={"Accept": "application/json"})
    assert (refused.status_code, refused["Retry-After"]) == (503, "5")
    [error] = refused.json()["errors"]
    assert (error["code"], error["detail"]) == ("unavailable", f"{SENTENCE} Try again in a few seconds.")


def test_whoever_may_not_export_hears_that_and_nothing_else(operator: Client, two: list[Turn]) -> None:
    assert signed_in("Viewers").get(AUDIT_LOG).status_code == 403
    assert Client().get(AUDIT_LOG).status_code == 302


def finished(operator: Client) -> None:
    assert b"".join(operator.get(ACCESS_KEYS).streaming_content)


def left_midway(operator: Client) -> None:
    response = operator.get(ACCESS_KEYS)
    next(iter(response.streaming_content))
    response.close()


def closed_before_the_first_piece(operator: Client) -> None:
    operator.get(ACCESS_KEYS).close()


def forgotten(operator: Client) -> None:
    operator.get(ACCESS_KEYS)
    gc.collect()


def forgotten_midway(operator: Client) -> None:
    next(iter(operator.get(ACCESS_KEYS).streaming_content))
    gc.collect()


def only_its_head(operator: Client) -> None:
    response = operator.head(ACCESS_KEYS)
    assert response.status_code == 200
    assert response["Content-Disposition"].startswith("attachment;")


def of_nothing(operator: Client) -> None:
    assert b"".join(operator.get(AUDIT_LOG, {"format": "jsonl", "actor": "nobody"}).streaming_content) == b""


@pytest.mark.parametrize(
    "end",
    [
        finished,
        left_midway,
        closed_before_the_first_piece,
        forgotten,
        forgotten_midway,
        only_its_head,
        of_nothing,
    ],
)
def test_whatever_the_end_the_place_is_free(operator: Client, end: Callable[[Client], None]) -> None:
    for _ in range(3):
        end(operator)
    for turn in [TURNS.take(), TURNS.take()]:
        turn.give_back()


def test_a_head_asks_for_no_rows(operator: Client, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(4):  # session, operator, two for permissions
        assert b"".join(operator.head(ACCESS_KEYS).streaming_content) == b""
