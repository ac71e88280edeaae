"""What asks an operator for fresh proof. The table is written out here once more, as it was promised."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.core.exceptions import Forbidden, ProofNeeded
from accesskeys.models import AccessKey
from accesskeys.operations import policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import RULES, Operation
from tests.factories import AccessKeyFactory, OperatorFactory, proven
from tests.helpers import audit_log, stored

pytestmark = pytest.mark.django_db

SHOWING = {"reveal", "copy", "generate", "rotate", "hand_over"}
EXPORTING = {"export", "export_audit_log"}
MANAGING = {
    "invite_operator",
    "set_roles",
    "deactivate_operator",
    "activate_operator",
    "reset_operator",
    "end_sessions",
}
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
GRAVE: dict[str, Callable[[UUID, Actor], Any]] = {
    "generate": lambda _, actor: operations.generate(name="new", actor=actor),
    "reveal": lambda pk, actor: operations.reveal(access_key_id=pk, actor=actor),
    "copy": lambda pk, actor: operations.reveal(access_key_id=pk, actor=actor, to_copy=True),
    "rotate": lambda pk, actor: operations.rotate(access_key_id=pk, actor=actor),
    "hand_over": lambda pk, actor: operations.hand_over(access_key_id=pk, actor=actor),
}


def everybody() -> Actor:
    return proven(OperatorFactory(roles=["Operators", "Auditors", "Administrators"]), address=None)


def test_the_table() -> None:
    assert {operation.value for operation, rule in RULES.items() if rule.proof} >= (
        SHOWING | EXPORTING | MANAGING
    )


@pytest.mark.parametrize("operation", ["revoke", "suspend", "resume", "take_back", "complete_rotation"])
def test_the_safe_direction_never_waits(operation: str) -> None:
    assert not RULES[Operation(operation)].proof


@pytest.mark.parametrize("name", GRAVE)
def test_without_it_nothing_is_done_and_nothing_written_down(
    name: str, time_machine: TimeMachineFixture
) -> None:
    time_machine.move_to(NOW, tick=False)
    access_key, actor = AccessKeyFactory(), everybody()
    before, log = stored(access_key.pk), audit_log()
    time_machine.move_to(NOW + timedelta(minutes=10), tick=False)
    with pytest.raises(ProofNeeded):
        GRAVE[name](access_key.pk, actor)
    assert (stored(access_key.pk), audit_log(), AccessKey.objects.count()) == (before, log, 1)


@pytest.mark.parametrize("name", GRAVE)
def test_it_lasts_for_ten_minutes(name: str, time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)
    access_key, actor = AccessKeyFactory(), everybody()
    time_machine.move_to(NOW + timedelta(minutes=10, microseconds=-1), tick=False)
    GRAVE[name](access_key.pk, actor)
    assert audit_log()[-1].outcome == "succeeded"


def test_who_may_not_hears_that_and_is_asked_for_nothing() -> None:
    access_key, viewer = AccessKeyFactory(), OperatorFactory(roles=["Viewers"])
    with pytest.raises(Forbidden):
        operations.reveal(access_key_id=access_key.pk, actor=Actor.for_operator(viewer, address=None))
    assert audit_log()[-1].reason == "permission_denied"


def test_an_operator_of_whom_nothing_is_known_has_proved_nothing() -> None:
    operator = OperatorFactory(roles=["Operators"])
    with pytest.raises(ProofNeeded):
        policy.authorize(Actor.for_operator(operator, address=None), Operation.GENERATE)


def test_programs_and_commands_are_never_asked(command: Actor) -> None:
    program = Actor.for_access_key(AccessKeyFactory(scopes=["access_keys:write"]), address=None)
    for actor in (command, program):
        operations.generate(name=f"by_{actor.kind}", actor=actor)
    assert set(AccessKey.objects.values_list("name", flat=True)) >= {"by_command", "by_access_key"}


def test_a_project_without_such_a_page_asks_nobody(settings: Settings) -> None:
    settings.ACCESS_KEYS_FRESH_PROOF_MINUTES = None
    operator = OperatorFactory(roles=["Operators"])
    operations.generate(name="new", actor=Actor.for_operator(operator, address=None))
    assert AccessKey.objects.get().name == "new"
