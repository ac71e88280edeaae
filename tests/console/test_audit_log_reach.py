"""A search of a long audit log says how far it went, and where to go on."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import patch
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accesskeys.models import AuditEvent
from accesskeys.models.pages import NarrowedPaginator
from tests.console.helpers import AUDIT_LOG, signed_in
from tests.models.events import NOON, event, reading

pytestmark = pytest.mark.django_db

PARTS = "A whole name was looked for in all entries, a part of one in the newest 20 only."
QUESTION = "Only the newest 20 of the entries in question were searched."


@pytest.fixture
def auditor() -> Iterator[Client]:
    """Who reads a log of which a search reads a third. The oldest entries are by somebody who has left."""
    seconds = timedelta(seconds=7)
    old = {"actor_label": "founder", "action": "access_key.copied", "access_key_name": "old"}
    events = [*(event(n, **old) for n in range(5)), *(event(n) for n in range(5, 60))]
    for each in events:
        each.at += seconds
    AuditEvent.objects.bulk_create(events)
    reach = "accesskeys.console.views.audit_log.READ_AT_MOST"
    with reading(20), patch(reach, 20):
        yield signed_in("Auditors")


def asked(auditor: Client, language: str = "en", **query: str) -> tuple[Any, str]:
    response = auditor.get(AUDIT_LOG, query, headers={"Accept-Language": language})
    return response.context["page"], " ".join(strip_tags(response.content.decode()).split())


def test_a_part_of_a_name_is_not_looked_for_in_old_entries_and_the_page_says_so(auditor: Client) -> None:
    page, text = asked(auditor, actor="ounde")
    assert list(page) == []
    assert f"{PARTS} An export holds all that match." in text
    assert "None of these entries matches Search earlier entries Export CSV Show the whole audit log" in text
    assert text.count("Search earlier entries") == 1


def test_a_whole_name_is_found_and_so_is_whoever_is_called_alike_lately(auditor: Client) -> None:
    AuditEvent.objects.bulk_create([event(70, actor_label="founder_2"), event(6, actor_label="founder_3")])
    page, text = asked(auditor, actor="Founder")
    assert [each.actor_label for each in page] == ["founder_2", *["founder"] * 5]
    assert f"{PARTS} An export holds all that match. Search earlier entries" in text


def test_where_an_action_and_a_name_never_meet_the_newest_are_read(auditor: Client) -> None:
    page, text = asked(auditor, actor="ada", access_key="o")
    assert list(page) == []
    assert QUESTION in text
    assert PARTS not in text


def test_one_goes_on_where_it_left_off_until_all_is_searched(auditor: Client) -> None:
    query, seen = {"actor": "ounde"}, []
    for _ in range(3):
        response = auditor.get(AUDIT_LOG, query)
        seen += [each.at for each in response.context["page"]]
        earlier = response.context["earlier"]
        if not earlier:
            break
        address = f"{AUDIT_LOG}?actor=ounde&amp;until={quote(earlier)}"
        assert f'href="{address}"' in response.content.decode()
        query["until"] = earlier
    assert len(seen) == 5
    assert query["until"] == "2026-11-23T12:20"
    assert response.context["filter"].notices == []


def test_it_leads_nowhere_where_a_minute_holds_more_than_is_read(auditor: Client) -> None:
    AuditEvent.objects.update(at=NOON + timedelta(seconds=7))
    query = {"actor": "nobody", "until": f"{NOON + timedelta(minutes=1):%Y-%m-%dT%H:%M}"}
    _page, text = asked(auditor, **query)
    assert PARTS in text
    assert "Search earlier entries" not in text


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"until": "2026-11-23T12:30"},
        {"action": "access_key.copied"},
        {"about": "operators"},
        {"action": "access_key.copied", "actor": "nobody"},
        {"actor": "nobody", "until": "2026-11-23T12:19"},
        {"action": "access_key.shown", "actor": "ada"},
    ],
)
def test_nothing_is_said_where_all_is_searched(auditor: Client, query: dict[str, str]) -> None:
    with patch.object(NarrowedPaginator, "reach", 10):
        _page, text = asked(auditor, **query)
    assert "searched" not in text
    assert "None of these entries matches" not in text


@pytest.mark.parametrize(
    ("query", "number", "is_capped"),
    [({}, 60, False), ({"actor": "ada"}, 15, True), ({"until": "2026-11-23T12:30"}, 30, False)],
)
def test_a_search_reaches_less_far_than_a_time(
    auditor: Client, query: dict[str, str], number: int, is_capped: bool
) -> None:
    with patch.object(NarrowedPaginator, "reach", 15):
        page, text = asked(auditor, **query)
    assert (page.paginator.count, page.paginator.is_capped) == (number, is_capped)
    assert (f"More than {number} entries" in text) == is_capped
    assert ("The pages end here. Narrow the list." in text) == is_capped


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "de",
            [
                "Ein ganzer Name wurde in allen Einträgen gesucht, ein Teil eines Namens nur in den neuesten 20.",
                "Ein Export enthält alle passenden.",
                "Keiner dieser Einträge passt Frühere Einträge durchsuchen",
            ],
        ),
        (
            "fr",
            [
                "Un nom entier a été cherché dans toutes les entrées, une partie de nom seulement dans les 20 plus",
                "Un export contient toutes celles qui correspondent.",
                "Aucune de ces entrées ne correspond Chercher dans les entrées antérieures",
            ],
        ),
    ],
)
def test_in_other_languages(auditor: Client, language: str, sentences: list[str]) -> None:
    _page, text = asked(auditor, language, actor="ounde")
    for sentence in sentences:
        assert sentence in text


@pytest.mark.parametrize(
    ("text", "found"), [("%", ["100%"]), ("_", ["a_b"]), ("\\", ["c\\d"]), ("A_B", ["a_b"])]
)
def test_signs_of_databases_are_ordinary_ones(auditor: Client, text: str, found: list[str]) -> None:
    events = (event(61 + n, actor_label=label) for n, label in enumerate(("100%", "a_b", "c\\d")))
    AuditEvent.objects.bulk_create(events)
    page, _text = asked(auditor, actor=text)
    assert [each.actor_label for each in page] == found
