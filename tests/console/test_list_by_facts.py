"""Narrowing the list by label, scope and owner: what is shown, kept, taken off again, and said of nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from django.test import Client

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.console.helpers import LIST
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

OWNER = "Ödön <pay@example.com> & co, who pays for it"


@pytest.fixture(autouse=True)
def rows() -> None:
    for name, owner, labels, scopes in (
        ("pay", OWNER, {"team": "payments", "env": "prod"}, ["orders:read"]),
        ("grow", "Growth", {"team": "growth"}, ["orders:read", "orders:write"]),
        ("plain", "", {}, []),
    ):
        access_key = AccessKeyFactory(name=name, scopes=scopes)
        operations.describe(
            access_key_id=access_key.pk, actor=Actor.for_command(), owner=owner, labels=labels
        )


def names(response: Any) -> list[str]:
    return sorted(access_key.name for access_key in response.context["page"])


def links(response: Any) -> Iterator[str]:
    """Where what was found leads."""
    found = response.content.decode().partition('id="results"')[2]
    return (unescape(link) for link in re.findall(r'href="([^"]*\?[^"]*)"', found))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"label": "team=payments"}, ["pay"]),
        ({"label": "team"}, ["grow", "pay"]),
        ({"label": "team="}, []),
        ({"scope": "orders:write"}, ["grow"]),
        ({"owner": "ÖDÖN"}, ["pay"]),
        ({"search": "ödön"}, ["pay"]),
        ({"search": "gro"}, ["grow"]),
        ({"label": "team", "scope": "orders:read", "owner": "growth", "status": "usable"}, ["grow"]),
        ({"label": "", "scope": "", "owner": ""}, ["grow", "pay", "plain"]),
    ],
)
def test_the_list_and_its_export_hold_what_is_asked_for(
    operator: Client, query: dict[str, str], found: list[str]
) -> None:
    assert names(operator.get(LIST, query)) == found
    lines = b"".join(operator.get(f"{LIST}export/", query)).decode().splitlines()[1:]
    assert sorted(line.split(",")[1] for line in lines) == found


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"label": "Team"}, "That is not a label, such as team=payments"),
        ({"label": f"team={61 * 'x'}"}, "That is not a label"),
        ({"scope": "orders read"}, "That is not a scope, such as orders:read"),
        ({"owner": 151 * "x"}, "at most 150 characters"),
    ],
)
def test_what_makes_no_sense_is_left_out_and_its_field_unfolded(
    operator: Client, query: dict[str, str], sentence: str
) -> None:
    response = operator.get(LIST, query)
    assert any(sentence in notice for notice in response.context["filter"].notices)
    assert names(response) == ["grow", "pay", "plain"]
    assert '<details class="more" open>' in response.content.decode()


def test_the_fields_are_folded_away_otherwise(operator: Client) -> None:
    for query in ({}, {"label": "team"}):
        assert '<details class="more" >' in operator.get(LIST, query).content.decode()


def test_a_filter_stays_in_every_link_until_it_is_taken_off(operator: Client) -> None:
    AccessKeyFactory.create_batch(60)
    for access_key in AccessKey.objects.all():
        operations.describe(
            access_key_id=access_key.pk, actor=Actor.for_command(), owner="Team A&B", labels={"team": "a"}
        )
    response = operator.get(LIST, {"label": "team=a", "owner": "a&b", "ordering": "name", "page": 2})
    inside = [link for link in links(response) if "language" not in link and "static" not in link]
    removing = [
        link for link in inside if not link.startswith("/") and not ("label=" in link and "owner=" in link)
    ]
    assert removing == ["?owner=a%26b&ordering=name", "?label=team%3Da&ordering=name"]
    kept = [link for link in inside if link not in removing]
    assert any("export/" in link for link in kept)
    assert any("ordering=-name" in link for link in kept)
    assert any("page=1" in link for link in kept)
    assert any("page_size=100" in link for link in kept)
    assert all("label=team%3Da" in link and "owner=a%26b" in link for link in kept), kept
    assert len(names(operator.get(LIST + removing[0]))) == 25


@pytest.mark.parametrize(
    ("query", "sentences"),
    [
        ({"label": "team=nobody"}, ["No access key has the label “team=nobody”."]),
        ({"scope": "nothing"}, ["No access key has the scope “nothing”."]),
        ({"owner": "<b>"}, ["No owner contains “<b>”."]),
        ({"search": "zzz"}, ["No name, owner or ID contains “zzz”."]),
        ({"status": "expired"}, ["No access key has the status “Expired”."]),
        ({"label": "env=prod", "scope": "nothing"}, ["No access key has the scope “nothing”."]),
        (
            {"owner": "nobody", "search": "zzz", "status": "usable"},
            ["No name, owner or ID contains “zzz”.", "No owner contains “nobody”."],
        ),
        (
            {"label": "env=prod", "scope": "orders:write"},
            ["Each of the filters finds some, and no access key meets all of them."],
        ),
    ],
)
def test_nothing_says_which_filter_finds_nothing_and_offers_to_take_it_off(
    operator: Client, query: dict[str, str], sentences: list[str]
) -> None:
    response = operator.get(LIST, query)
    source = response.content.decode()
    empty = source[source.index("No access key matches") :]
    said = [unescape(text) for text in re.findall(r"<p>(.*?)</p>", empty)]
    assert said == sentences
    assert f'href="{LIST}">Show all access keys' in empty
    removing = [link for link in links(response) if link.startswith("?") and "ordering" not in link]
    assert len(removing) == (len(query) if len(query) > 1 else 0)
    for link in removing:
        assert operator.get(LIST + link).status_code == 200


def test_facts_stand_under_the_name(operator: Client) -> None:
    source = operator.get(LIST).content.decode()
    whole = "Ödön &lt;pay@example.com&gt; &amp; co, who pays for it · env=prod · team=payments"
    assert f'title="{whole}"' in source
    assert "who pays for it · </span>env=prod · team=payments</div>" in source
    assert source.count('class="facts-owner"') == 2
