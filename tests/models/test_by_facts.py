"""Choosing access keys by label, scope, owner and time: the same rows on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.models import AccessKey, AccessKeyQuerySet, is_short
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
INSTANT = timedelta(microseconds=1)
EVERY = AccessKey.objects


def made(name: str, *, owner: str = "", labels: dict[str, str] | None = None, **wish: object) -> AccessKey:
    access_key = AccessKeyFactory(name=name, **wish)
    return operations.describe(
        access_key_id=access_key.pk, actor=Actor.for_command(), owner=owner, labels=labels or {}
    )


def names(chosen: AccessKeyQuerySet) -> list[str]:
    return sorted(chosen.values_list("name", flat=True))


class TestLabels:
    @pytest.fixture(autouse=True)
    def rows(self) -> None:
        made("payments", labels={"team": "payments", "env": "prod"})
        made("growth", labels={"team": "growth"})
        made("shouting", labels={"team": "PAYMENTS"})
        made("by_value", labels={"env": "payments"})
        made("odd", labels={"a.b-c_d": 'say "é" \\ %', "team2": "payments"})
        made("empty", labels={"team": ""})
        made("none")

    @pytest.mark.parametrize(
        ("key", "value", "found"),
        [
            ("team", "payments", ["payments"]),
            ("team", None, ["empty", "growth", "payments", "shouting"]),
            ("team", "", ["empty"]),
            ("team", "pay", []),
            ("env", "prod", ["payments"]),
            ("a.b-c_d", 'say "é" \\ %', ["odd"]),
            ("a.b-c_d", None, ["odd"]),
            ("a", None, []),
            ("nothing", None, []),
            ("team", "%", []),
            ("exact", "payments", []),
        ],
    )
    def test_key_and_value_are_meant_literally(self, key: str, value: str | None, found: list[str]) -> None:
        assert names(EVERY.labelled(key, value)) == found

    def test_one_narrows_what_another_has_found(self) -> None:
        assert names(EVERY.labelled("team", "payments").labelled("env", "prod")) == ["payments"]
        assert names(EVERY.labelled("team", "payments").labelled("env", "test")) == []


class TestScopes:
    @pytest.mark.parametrize(
        ("scope", "found"),
        [
            ("orders:read", ["both", "one"]),
            ("orders:write", ["both"]),
            ("orders", ["short"]),
            ("orders:rea", []),
            ("orders_x", ["underscore"]),
            ("orders%", []),
        ],
    )
    def test_the_whole_scope_is_meant(self, scope: str, found: list[str]) -> None:
        made("both", scopes=["orders:read", "orders:write"])
        made("one", scopes=["orders:read"])
        made("short", scopes=["orders"])
        made("underscore", scopes=["orders_x"])
        made("other", scopes=["ordersyx"])
        made("none")
        assert names(EVERY.with_scope(scope)) == found


class TestOwners:
    @pytest.fixture(autouse=True)
    def rows(self) -> None:
        for name, owner in {
            "ada": "Ada Lovelace",
            "pay": "Team 50%_pay\\ments (EU)",
            "munich": "Österreich & MÜNCHEN",
            "kiev": "Платформа",
            "tokyo": "支払いチーム",
            "ada_none": "",
        }.items():
            made(name, owner=owner)

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("love", ["ada"]),
            ("ADA LOVE", ["ada"]),
            ("a l", ["ada"]),
            ("ad", ["ada"]),
            ("lo", ["ada"]),
            ("ov", []),
            ("50%", ["pay"]),
            ("%_pay\\", ["pay"]),
            ("5_%", []),
            ("5%", []),
            ("(eu", ["pay"]),
            ("österreich", ["munich"]),
            ("München", ["munich"]),
            ("платф", ["kiev"]),
            ("支払", ["tokyo"]),
            ("払い", ["tokyo"]),
            (".*", []),
            ("", []),
            ("ada\n", []),
            ("\0", []),
            ("\ud800", []),
        ],
    )
    def test_part_of_an_owner_in_any_case(self, text: str, found: list[str]) -> None:
        assert names(EVERY.owned_by(text)) == found

    @pytest.mark.parametrize(
        ("text", "found"),
        [
            ("ada", ["ada", "ada_none"]),
            ("pay", ["pay"]),
            ("NCHEN", ["munich"]),
            ("münchen", ["munich"]),
            ("munich", ["munich"]),
            ("支払", ["tokyo"]),
            ("50%", ["pay"]),
            ("lo", ["ada"]),
            ("no", ["ada_none"]),
            ("a l", ["ada"]),
            ("_", ["ada_none"]),
            ("__", []),
            ("_pay", ["pay"]),
            ("100 %", []),
            ("", []),
            ("\u202e", []),
        ],
    )
    def test_a_search_finds_name_and_owner(self, text: str, found: list[str]) -> None:
        assert names(EVERY.search(text)) == found

    def test_a_search_for_an_id_finds_no_owner(self) -> None:
        wanted = EVERY.get(name="kiev")
        made("pretender", owner=str(wanted.pk))
        assert names(EVERY.search(str(wanted.pk))) == ["kiev"]

    def test_only_names_are_short(self) -> None:
        assert [is_short(text) for text in ("ad", "a_d", "ada", "a d", "支払", "__", "")] == [
            True,
            True,
            *[False] * 5,
        ]


class TestTimes:
    @pytest.fixture(autouse=True)
    def rows(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        for name, after in {"before": -INSTANT, "at": timedelta(0), "after": INSTANT}.items():
            moment = NOW + after
            AccessKeyFactory(
                name=name, generated_at=moment - timedelta(days=9), expires_at=moment + timedelta(days=9)
            )
            EVERY.filter(name=name).update(last_used_at=moment)
        AccessKeyFactory(name="never", generated_at=NOW - timedelta(days=99))

    def test_created(self) -> None:
        born = NOW - timedelta(days=9)
        assert names(EVERY.created_between(born, None)) == ["after", "at"]
        assert names(EVERY.created_between(None, born)) == ["before", "never"]
        assert names(EVERY.created_between(born, born + INSTANT)) == ["at"]

    def test_what_never_expires_is_in_no_time(self) -> None:
        end = NOW + timedelta(days=9)
        assert names(EVERY.expiring_between(end, None)) == ["after", "at"]
        assert names(EVERY.expiring_between(None, end)) == ["before"]
        assert names(EVERY.expiring_between(None, None)) == ["after", "at", "before"]

    def test_what_was_never_used_has_no_last_use(self) -> None:
        assert names(EVERY.last_used_before(NOW)) == ["before"]
        assert names(EVERY.last_used_before(NOW + timedelta(days=999))) == ["after", "at", "before"]
