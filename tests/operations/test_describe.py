"""What an access key is for, whose it is, and how it is labelled."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accesskeys import operations
from accesskeys.core.exceptions import Forbidden, InsufficientScope, NotFound
from accesskeys.models import AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, codes, holds_part_of, stored
from tests.operations.changing import changed_columns, program, told

pytestmark = pytest.mark.django_db

FACTS: dict[str, Any] = {
    "description": "Sends invoices – nightly",
    "owner": "Équipe paiements <pay@example.com>",
    "labels": {"team": "payments", "env": "live"},
}


def test_sets_them_and_nothing_else(command: Actor) -> None:
    access_key = AccessKeyFactory()
    before = stored(access_key.pk)
    described = operations.describe(access_key_id=access_key.pk, actor=command, **FACTS)
    assert {name: getattr(described, name) for name in FACTS} == FACTS
    assert changed_columns(access_key, before) == FACTS
    empty = {"description": "", "owner": "", "labels": {}}
    details = {name: {"before": empty[name], "after": FACTS[name]} for name in FACTS}
    assert told("described") == [("succeeded", "", details)]


@pytest.mark.parametrize("name", FACTS)
def test_one_alone_leaves_the_others_and_is_taken_away_again(command: Actor, name: str) -> None:
    access_key = AccessKeyFactory()
    operations.describe(access_key_id=access_key.pk, actor=command, **FACTS)
    before = stored(access_key.pk)
    nothing: Any = {} if name == "labels" else ""
    operations.describe(access_key_id=access_key.pk, actor=command, **{name: nothing})
    assert changed_columns(access_key, before) == {name: nothing}
    assert told("described")[-1][2] == {name: {"before": FACTS[name], "after": nothing}}


def test_nothing_changes_nothing_and_is_not_written_down(command: Actor) -> None:
    access_key = AccessKeyFactory()
    before = stored(access_key.pk)
    assert operations.describe(access_key_id=access_key.pk, actor=command) == access_key
    assert (stored(access_key.pk), told("described")) == (before, [])


@pytest.mark.parametrize(
    ("wished", "expected"),
    [
        ({"description": "a\nb"}, {"description": ["invalid"]}),
        ({"description": "d" * 201}, {"description": ["max_length"]}),
        ({"owner": "o" * 151}, {"owner": ["max_length"]}),
        ({"labels": {"Team": "a"}}, {"labels": ["invalid_label"]}),
        ({"owner": "\u202e", "labels": {"a": " "}}, {"owner": ["invalid"], "labels": ["invalid_label"]}),
    ],
)
def test_what_is_wrong_changes_nothing(
    command: Actor, wished: dict[str, Any], expected: dict[str, list[str]]
) -> None:
    access_key = AccessKeyFactory()
    before = stored(access_key.pk)
    with pytest.raises(ValidationError) as refusal:
        operations.describe(access_key_id=access_key.pk, actor=command, **{**FACTS, **wished})
    assert codes(refusal.value) == expected
    assert stored(access_key.pk) == before
    assert told("described") == [("refused", next(iter(expected.values()))[0], {"errors": expected})]


@pytest.mark.parametrize("name", FACTS)
def test_the_longest_are_kept(command: Actor, name: str) -> None:
    longest = {
        "description": "ü" * 200,
        "owner": "ü" * 150,
        "labels": {f"k{number:<059}": "ü" * 60 for number in range(16)},
    }
    access_key = AccessKeyFactory()
    operations.describe(access_key_id=access_key.pk, actor=command, **{name: longest[name]})
    assert stored(access_key.pk)[name] == longest[name]


@pytest.mark.parametrize("name", FACTS)
def test_a_key_is_refused_and_written_nowhere(
    command: Actor, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    access_key = AccessKeyFactory()
    for text in (key_of(access_key), f"was {key_of(access_key)[:30]}"):
        with pytest.raises(ValidationError) as refusal:
            operations.describe(
                access_key_id=access_key.pk,
                actor=command,
                **{name: {"team": text} if name == "labels" else text},  # type: ignore[arg-type]
            )
        assert codes(refusal.value) == {name: ["holds_key"]}
        assert not holds_part_of(key_of(access_key), str(refusal.value))
    assert told("described") == [("refused", "holds_key", {"errors": {name: ["holds_key"]}})] * 2
    written = str(list(AuditEvent.objects.values())) + caplog.text + str(stored(access_key.pk))
    assert not holds_part_of(key_of(access_key), written)


class TestWhoMay:
    def test_a_key_within_its_reach_even_if_it_is_confined(self) -> None:
        caller = program("orders:read")
        within, beyond = AccessKeyFactory(scopes=["orders:read"]), AccessKeyFactory(scopes=["orders"])
        operations.describe(access_key_id=within.pk, owner="team", actor=caller)
        with pytest.raises(InsufficientScope):
            operations.describe(access_key_id=beyond.pk, owner="team", actor=caller)
        assert (stored(within.pk)["owner"], stored(beyond.pk)["owner"]) == ("team", "")

    @pytest.mark.parametrize(("role", "may"), [("Viewers", False), ("Operators", True)])
    def test_an_operator_by_role(self, role: str, may: bool) -> None:
        actor = proven(OperatorFactory(roles=[role]), address=None)
        access_key = AccessKeyFactory()
        for wished in ({"owner": "team"}, {}):
            if may:
                operations.describe(access_key_id=access_key.pk, actor=actor, **wished)  # type: ignore[arg-type]
            else:
                with pytest.raises(Forbidden):
                    operations.describe(access_key_id=access_key.pk, actor=actor, **wished)  # type: ignore[arg-type]
        assert stored(access_key.pk)["owner"] == ("team" if may else "")


def test_one_that_is_gone_stays_gone(command: Actor) -> None:
    gone = uuid4()
    with pytest.raises(NotFound):
        operations.describe(access_key_id=gone, owner="team", actor=command)
    assert stored(gone) == {}
    assert audit_log() == [("access_key.described", "refused", "not_found", gone, "")]
