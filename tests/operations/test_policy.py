"""Who may do what. The tables are written out here once more, as they were promised."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command

from accesskeys import operations
from accesskeys.core.exceptions import Forbidden, InsufficientScope
from accesskeys.models import AccessKey, ActorKind, Door
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation, authorize, may
from tests.factories import AccessKeyFactory, OperatorFactory, proven
from tests.helpers import audit_log, stored

pytestmark = pytest.mark.django_db

READING = {"list", "details"}
FINDING = {"find", "export"}
ROTATING = {"rotate", "complete_rotation", "cancel_rotation"}
EDITING = {"rename", "limit", "rescope", "extend", "describe"}
WRITING = {"generate", *EDITING, *ROTATING, "suspend", "resume", "revoke"}
HANDING_OVER = {"hand_over", "take_back"}
AUDITING = {"read_audit_log", "export_audit_log"}
MANAGING = {
    "list_operators",
    "invite_operator",
    "set_roles",
    "deactivate_operator",
    "activate_operator",
    "reset_operator",
    "end_sessions",
}
SHOWING = {"reveal", "copy", *HANDING_OVER}
OWN = {"add_factor", "remove_factor", "change_password"}  # Whoever may sign in.

OPERATORS = [
    ([], set()),
    (["Viewers"], READING | FINDING),
    (["Operators"], READING | FINDING | WRITING | SHOWING),
    (["Auditors"], AUDITING),
    (["Administrators"], MANAGING),
    (["Viewers", "Auditors"], READING | FINDING | AUDITING),
    (["Operators", "Auditors"], READING | FINDING | WRITING | SHOWING | AUDITING),
]
PROGRAMS = [
    ([], set()),
    (["orders:read", "access_keys", "access_keys:read:own", "access_keys.read"], set()),
    (["access_keys:read"], READING),
    (["access_keys:write"], WRITING),
    (["access_keys:reveal"], {"reveal"}),
    (["access_keys:introspect"], {"introspect"}),
    (["access_keys:metrics"], {"read_metrics"}),
    (["access_keys:rotate_self"], {"rotate_self"}),
    (
        ["access_keys:read", "access_keys:write", "access_keys:reveal"],
        READING | WRITING | {"reveal"},
    ),
]


def allowed(actor: Actor) -> set[str]:
    return {operation.value for operation in Operation if may(actor, operation)}


def operator(*roles: str, **kwargs: object) -> Actor:
    return proven(OperatorFactory(roles=roles, **kwargs), address="192.0.2.7")


def program(*scopes: str) -> Actor:
    return Actor.for_access_key(AccessKeyFactory(scopes=scopes), address="192.0.2.7")


class TestWhoMay:
    @pytest.mark.parametrize(("roles", "expected"), OPERATORS)
    def test_an_operator_by_role(self, roles: list[str], expected: set[str]) -> None:
        assert allowed(operator(*roles)) == expected | OWN

    @pytest.mark.parametrize(("scopes", "expected"), PROGRAMS)
    def test_a_program_by_scope(self, scopes: list[str], expected: set[str]) -> None:
        assert allowed(program(*scopes)) == expected

    def test_an_administrator_at_a_shell(self, command: Actor) -> None:
        assert allowed(command) == READING | FINDING | WRITING | SHOWING | AUDITING | MANAGING | {
            "rotate_self",
            "trim_audit_log",
            "introspect",
            "read_metrics",
            "check_integrity",
        }

    def test_a_superuser(self) -> None:
        """Introspection, metrics and rotating oneself are for programs alone."""
        everything = READING | FINDING | WRITING | SHOWING | AUDITING | MANAGING | OWN
        assert allowed(operator(is_superuser=True)) == everything

    @pytest.mark.parametrize("kwargs", [{}, {"is_superuser": True}])
    def test_not_an_operator_who_was_switched_off(self, kwargs: dict[str, bool]) -> None:
        assert allowed(operator("Operators", "Auditors", is_active=False, **kwargs)) == set()

    def test_not_an_operator_nobody_knows(self) -> None:
        assert allowed(Actor(ActorKind.OPERATOR, Door.CONSOLE, "nobody")) == set()

    def test_scopes_mean_nothing_for_an_operator(self) -> None:
        scopes = frozenset(
            {"access_keys:read", "access_keys:write", "access_keys:reveal", "access_keys:introspect"}
        )
        assert allowed(Actor(ActorKind.OPERATOR, Door.CONSOLE, "nobody", scopes=scopes)) == set()


OPERATIONS: dict[str, tuple[str, Callable[[UUID, Actor], object]]] = {
    "generate": ("access_key.generated", lambda _, actor: operations.generate(name="new", actor=actor)),
    "rename": (
        "access_key.renamed",
        lambda pk, actor: operations.rename(access_key_id=pk, name="new", actor=actor),
    ),
    "suspend": ("access_key.suspended", lambda pk, actor: operations.suspend(access_key_id=pk, actor=actor)),
    "resume": ("access_key.resumed", lambda pk, actor: operations.resume(access_key_id=pk, actor=actor)),
    "limit": (
        "access_key.limited",
        lambda pk, actor: operations.limit(
            access_key_id=pk, allowed_networks=["192.0.2.0/24"], rate_limit="1/second", actor=actor
        ),
    ),
    "rescope": (
        "access_key.rescoped",
        lambda pk, actor: operations.rescope(access_key_id=pk, scopes=[], actor=actor),
    ),
    "extend": (
        "access_key.extended",
        lambda pk, actor: operations.extend(access_key_id=pk, expires_at=None, actor=actor),
    ),
    "describe": (
        "access_key.described",
        lambda pk, actor: operations.describe(access_key_id=pk, owner="payments", actor=actor),
    ),
    "rotate": ("access_key.rotated", lambda pk, actor: operations.rotate(access_key_id=pk, actor=actor)),
    "complete_rotation": (
        "access_key.rotation_completed",
        lambda pk, actor: operations.complete_rotation(access_key_id=pk, actor=actor),
    ),
    "cancel_rotation": (
        "access_key.rotation_cancelled",
        lambda pk, actor: operations.cancel_rotation(access_key_id=pk, actor=actor),
    ),
    "reveal": ("access_key.shown", lambda pk, actor: operations.reveal(access_key_id=pk, actor=actor)),
    "revoke": ("access_key.revoked", lambda pk, actor: operations.revoke(access_key_id=pk, actor=actor)),
}
SCOPE_OF = {**dict.fromkeys(WRITING, "access_keys:write"), "reveal": "access_keys:reveal"}


@pytest.mark.parametrize("name", OPERATIONS)
class TestServicesObey:
    """Each operation asks the policy itself; a refusal changes nothing and is written down."""

    @pytest.mark.parametrize(("roles", "expected"), OPERATORS)
    def test_for_operators(self, name: str, roles: list[str], expected: set[str]) -> None:
        self.obeys(name, operator(*roles), name in expected, "permission_denied")

    @pytest.mark.parametrize(("scopes", "expected"), PROGRAMS)
    def test_for_programs(self, name: str, scopes: list[str], expected: set[str]) -> None:
        self.obeys(name, program(*scopes), name in expected, "insufficient_scope")

    def obeys(self, name: str, actor: Actor, allowed: bool, code: str) -> None:
        access_key = AccessKeyFactory(name="billing")
        if name.endswith("_rotation"):
            operations.rotate(access_key_id=access_key.pk, actor=Actor.for_command())
        row, log = stored(access_key.pk), audit_log()
        action, operation = OPERATIONS[name]
        subject = (None, "") if name == "generate" else (access_key.pk, "billing")
        if allowed:
            operation(access_key.pk, actor)
            assert audit_log()[-1][:2] == (action, "succeeded")
            return
        with pytest.raises(Forbidden) as refusal:
            operation(access_key.pk, actor)
        assert refusal.value.code == code
        assert audit_log() == [*log, (action, "refused", code, *subject)]
        assert stored(access_key.pk) == row
        assert not AccessKey.objects.filter(name="new").exists()

    def test_a_program_is_told_the_scope(self, name: str) -> None:
        access_key = AccessKeyFactory()
        with pytest.raises(InsufficientScope) as refusal:
            OPERATIONS[name][1](access_key.pk, program())
        assert refusal.value.scope == SCOPE_OF[name]
        assert str(refusal.value) == f"The access key lacks the scope {SCOPE_OF[name]}."

    def test_an_operator_is_told_kindly(self, name: str) -> None:
        access_key = AccessKeyFactory()
        with pytest.raises(Forbidden) as refusal:
            OPERATIONS[name][1](access_key.pk, operator())
        assert str(refusal.value) == "You do not have the permission to do this."


class TestReading:
    """Reading leaves no event, allowed or refused."""

    @pytest.mark.parametrize("operation", [Operation.LIST, Operation.DETAILS])
    def test_refused_to_a_program_by_its_scope(self, operation: Operation) -> None:
        actor = program()
        log = audit_log()
        with pytest.raises(InsufficientScope, match="access_keys:read"):
            authorize(actor, operation)
        assert audit_log() == log

    def test_the_audit_log_is_not_for_programs(self) -> None:
        actor = program("access_keys:read", "access_keys:write", "access_keys:reveal")
        with pytest.raises(Forbidden) as refusal:
            authorize(actor, Operation.READ_AUDIT_LOG)
        assert refusal.value.code == "permission_denied"

    def test_allowed_is_silent(self) -> None:
        authorize(operator("Viewers"), Operation.LIST)
        assert audit_log() == []


class TestRoles:
    def test_are_there_after_migrating(self) -> None:
        roles = {"Viewers", "Operators", "Auditors", "Administrators"}
        assert set(Group.objects.values_list("name", flat=True)) == roles

    def test_a_role_that_was_changed_stays_as_it_was_made(self) -> None:
        role = Group.objects.get(name="Operators")
        role.permissions.remove(role.permissions.get(codename="reveal_accesskey"))
        call_command("migrate", verbosity=0)
        assert allowed(operator("Operators")) == READING | FINDING | WRITING | OWN | {"take_back"}

    def test_a_role_that_was_deleted_comes_back(self) -> None:
        Group.objects.get(name="Auditors").delete()
        call_command("migrate", verbosity=0)
        assert allowed(operator("Auditors")) == AUDITING | OWN
