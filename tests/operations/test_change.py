"""Several changes of one access key together: all of them with an event each, or none."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError

from accesskeys import operations
from accesskeys.core.exceptions import AccessKeyError, Forbidden, InsufficientScope, NotFound, OwnLimits
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, proven
from tests.helpers import audit_log, codes, refusing_inserts, stored
from tests.operations.changing import changed_columns, program, told

pytestmark = pytest.mark.django_db

ALL: dict[str, Any] = {
    "name": "shipping",
    "scopes": ["orders:read"],
    "expires_at": datetime(2099, 1, 1, tzinfo=UTC),
    "allowed_networks": ["192.0.2.0/24"],
    "rate_limit": "5/minute",
    "description": "Prints labels",
    "owner": "logistics",
    "labels": {"team": "logistics"},
}
KINDS = ["renamed", "rescoped", "extended", "limited", "described"]


def events() -> list[tuple[str, str, str]]:
    """Action, outcome and reason of each event but those of the generations, oldest first."""
    return [each[:3] for each in audit_log() if each.action != "access_key.generated"]


def test_all_at_once_with_an_event_for_each_kind(command: Actor) -> None:
    access_key = AccessKeyFactory(name="billing")
    before = stored(access_key.pk)
    changed = operations.change(access_key_id=access_key.pk, wished=ALL, actor=command).access_key
    assert {name: getattr(changed, name) for name in ALL} == ALL
    assert changed_columns(access_key, before) == ALL
    assert events() == [(f"access_key.{kind}", "succeeded", "") for kind in KINDS]
    assert {each.access_key_name for each in audit_log()[1:]} == {"shipping"}
    details: dict[str, Any] = {}
    for each in AuditEvent.objects.exclude(action="access_key.generated"):
        details.update(each.details)
    assert {name: each["after"] for name, each in details.items()} == {
        **ALL,
        "expires_at": "2099-01-01T00:00:00Z",
    }
    assert {name: each["before"] for name, each in details.items()} == {name: before[name] for name in ALL}


@pytest.mark.parametrize("name", ALL)
def test_one_of_them_leaves_the_others(command: Actor, name: str) -> None:
    access_key = AccessKeyFactory()
    before = stored(access_key.pk)
    operations.change(access_key_id=access_key.pk, wished={name: ALL[name]}, actor=command)
    assert changed_columns(access_key, before) == {name: ALL[name]}
    assert len(events()) == 1


def test_nothing_changes_nothing_and_is_not_written_down(command: Actor) -> None:
    access_key = AccessKeyFactory()
    changed = operations.change(access_key_id=access_key.pk, wished={}, actor=command)
    assert (changed.access_key, events()) == (access_key, [])


def test_what_it_is_already_is_no_mistake_even_an_expiry_that_has_passed(command: Actor) -> None:
    access_key = AccessKeyFactory(expired=True)
    before = stored(access_key.pk)
    same = {name: before[name] for name in ALL}
    assert not operations.change(access_key_id=access_key.pk, wished=same, actor=command).works_again
    assert changed_columns(access_key, before) == {}


class TestRefused:
    def test_all_that_is_wrong_is_said_at_once_and_written_down_where_it_belongs(
        self, command: Actor
    ) -> None:
        AccessKeyFactory(name="taken")
        access_key = AccessKeyFactory(name="billing")
        before = stored(access_key.pk)
        wrong = {"name": "taken", "allowed_networks": ["home"], "rate_limit": "often"}
        with pytest.raises(ValidationError) as refusal:
            operations.change(access_key_id=access_key.pk, wished={**ALL, **wrong}, actor=command)
        expected = {"name": ["unique"], "allowed_networks": ["invalid_network"], "rate_limit": ["invalid"]}
        assert codes(refusal.value) == expected
        assert stored(access_key.pk) == before
        assert told("renamed") == [("refused", "unique", {"errors": {"name": ["unique"]}})]
        limits = {name: expected[name] for name in ("allowed_networks", "rate_limit")}
        assert told("limited") == [("refused", "invalid_network", {"errors": limits})]
        assert len(events()) == 2

    @pytest.mark.parametrize(
        ("wished", "refusal", "kind"),
        [
            ({"scopes": ["orders:read"]}, InsufficientScope, "rescoped"),
            ({"expires_at": None}, OwnLimits, "extended"),
            ({"rate_limit": None}, OwnLimits, "limited"),
        ],
    )
    def test_what_may_not_be_takes_the_rest_with_it(
        self, wished: dict[str, Any], refusal: type[AccessKeyError], kind: str, command: Actor
    ) -> None:
        caller = program(expires_at=datetime(2100, 1, 1, tzinfo=UTC))
        assert caller.access_key_id is not None
        operations.limit(
            access_key_id=caller.access_key_id, allowed_networks=[], rate_limit="9/hour", actor=command
        )
        caller = Actor.for_access_key(AccessKey.objects.get(pk=caller.access_key_id), address=None)
        access_key = AccessKeyFactory(name="billing")
        before, seen = stored(access_key.pk), len(events())
        together = {"name": "shipping", **wished, "owner": "logistics"}
        with pytest.raises(refusal):
            operations.change(access_key_id=access_key.pk, wished=together, actor=caller)
        assert stored(access_key.pk) == before
        assert [each[:2] for each in events()[seen:]] == [(f"access_key.{kind}", "refused")]

    @pytest.mark.parametrize("wished", [ALL, {}])
    def test_one_with_a_scope_that_the_caller_lacks(self, wished: dict[str, Any]) -> None:
        access_key = AccessKeyFactory(scopes=["orders"])
        before = stored(access_key.pk)
        with pytest.raises(InsufficientScope):
            operations.change(access_key_id=access_key.pk, wished=wished, actor=program("orders:read"))
        assert stored(access_key.pk) == before
        kind = "renamed" if wished else "described"
        assert events() == [(f"access_key.{kind}", "refused", "insufficient_scope")]

    def test_an_operator_who_may_not(self) -> None:
        viewer = proven(OperatorFactory(roles=["Viewers"]), address=None)
        access_key = AccessKeyFactory()
        for wished in ({"owner": "me", "scopes": []}, {}):
            with pytest.raises(Forbidden):
                operations.change(access_key_id=access_key.pk, wished=wished, actor=viewer)
        assert events() == [
            ("access_key.rescoped", "refused", "permission_denied"),
            ("access_key.described", "refused", "permission_denied"),
        ]

    def test_one_that_is_gone(self, command: Actor) -> None:
        gone = uuid4()
        with pytest.raises(NotFound):
            operations.change(access_key_id=gone, wished=ALL, actor=command)
        assert stored(gone) == {}
        assert events() == [(f"access_key.{kind}", "refused", "not_found") for kind in KINDS]


@pytest.mark.django_db(transaction=True)
def test_without_its_events_there_is_no_change(command: Actor) -> None:
    access_key = AccessKeyFactory()
    before = stored(access_key.pk)
    with refusing_inserts("accesskeys_auditevent"), pytest.raises(Exception, match="refused"):
        operations.change(access_key_id=access_key.pk, wished=ALL, actor=command)
    assert stored(access_key.pk) == before
