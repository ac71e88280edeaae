"""Every operation and every refused one is an event: when, who, door, address, what, whose, outcome, reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, connections, transaction
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.core.exceptions import IntegrityFailure, NotFound
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, holds_part_of, refusing_inserts, stored

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.mark.django_db
class TestWho:
    def test_an_operator_in_the_console(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        operator = OperatorFactory(username="ada", roles=["Operators"])
        operations.generate(name="billing", actor=proven(operator, address="2001:db8::7"))
        event = AuditEvent.objects.get()
        assert event.at == NOW
        assert (event.actor_kind, event.actor_label, event.operator, event.actor_access_key_id) == (
            "operator",
            "ada",
            operator,
            None,
        )
        assert (event.door, event.address) == ("console", "2001:db8::7")

    def test_a_program_over_the_api(self) -> None:
        calling = AccessKeyFactory(name="deployer", scopes=["access_keys:write"])
        operations.generate(name="billing", actor=Actor.for_access_key(calling, address="192.0.2.7"))
        event = AuditEvent.objects.get(access_key_name="billing")
        assert (event.actor_kind, event.actor_label, event.operator, event.actor_access_key_id) == (
            "access_key",
            "deployer",
            None,
            calling.pk,
        )
        assert (event.door, event.address) == ("api", "192.0.2.7")

    def test_an_administrator_at_a_shell(self, command: Actor) -> None:
        operations.generate(name="billing", actor=command)
        event = AuditEvent.objects.get()
        assert (event.actor_kind, event.actor_label, event.operator, event.actor_access_key_id) == (
            "command",
            "manage.py",
            None,
            None,
        )
        assert (event.door, event.address) == ("command", None)

    def test_the_label_is_a_copy(self) -> None:
        operator = OperatorFactory(username="ada", roles=["Operators"])
        AccessKeyFactory(actor=proven(operator, address=None))
        operator.username = "grace"
        operator.save()
        assert AuditEvent.objects.get().actor_label == "ada"


@pytest.mark.django_db
class TestWhat:
    def test_the_life_of_an_access_key(self, command: Actor) -> None:
        access_key, _ = operations.generate(name="billing", actor=command)
        operations.reveal(access_key_id=access_key.pk, actor=command)
        operations.rename(access_key_id=access_key.pk, name="shipping", actor=command)
        operations.revoke(access_key_id=access_key.pk, actor=command)
        assert audit_log() == [
            ("access_key.generated", "succeeded", "", access_key.pk, "billing"),
            ("access_key.shown", "succeeded", "", access_key.pk, "billing"),
            ("access_key.renamed", "succeeded", "", access_key.pk, "shipping"),
            ("access_key.revoked", "succeeded", "", access_key.pk, "shipping"),
        ]

    def test_generating_tells_scopes_and_expiry(
        self, command: Actor, time_machine: TimeMachineFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        operations.generate(name="plain", actor=command)
        operations.generate(name="full", actor=command, scopes=["b", "a"], expires_at=NOW + timedelta(days=1))
        plain, full = AuditEvent.objects.order_by("id")
        assert plain.details == {"scopes": [], "expires_at": None}
        assert full.details["scopes"] == ["a", "b"]
        assert datetime.fromisoformat(full.details["expires_at"]) == NOW + timedelta(days=1)

    def test_renaming_tells_before_and_after(self, command: Actor) -> None:
        operations.rename(access_key_id=AccessKeyFactory(name="billing").pk, name="shipping", actor=command)
        assert AuditEvent.objects.latest("id").details == {"name": {"before": "billing", "after": "shipping"}}

    def test_a_refusal_tells_the_codes_and_not_the_input(self, command: Actor) -> None:
        """A wrong name may be a pasted key."""
        access_key = AccessKeyFactory(name="billing")
        key = key_of(access_key)
        for attempt in (
            lambda: operations.generate(name=key, actor=command, scopes=[key]),
            lambda: operations.rename(access_key_id=access_key.pk, name=key, actor=command),
        ):
            with pytest.raises(ValidationError):
                attempt()
        generated, renamed = AuditEvent.objects.order_by("id")[1:]
        assert generated.details == {"errors": {"name": ["invalid"], "scopes": ["invalid_scope"]}}
        assert renamed.details == {"errors": {"name": ["invalid"]}}
        assert (generated.reason, renamed.reason) == ("invalid", "invalid")
        assert not holds_part_of(key, everything_in_the_log())

    def test_no_event_holds_a_key_or_a_digest(self, command: Actor) -> None:
        access_key, key = operations.generate(name="billing", actor=command, scopes=["orders:read"])
        operations.reveal(access_key_id=access_key.pk, actor=command)
        operations.rename(access_key_id=access_key.pk, name="shipping", actor=command)
        row = stored(access_key.pk)
        operations.revoke(access_key_id=access_key.pk, actor=command)
        log = everything_in_the_log()
        assert "shipping" in log
        for secret in (
            key,
            row["digest"].hex(),
            row["sealed"].hex(),
            repr(row["digest"]),
            repr(row["sealed"]),
        ):
            assert not holds_part_of(secret, log)

    def test_a_damaged_row_is_a_failure(self, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing")
        AccessKey.objects.filter(pk=access_key.pk).update(sealed=b"")
        with pytest.raises(IntegrityFailure):
            operations.reveal(access_key_id=access_key.pk, actor=command)
        assert audit_log()[-1] == (
            "access_key.shown",
            "failed",
            "integrity_failure",
            access_key.pk,
            "billing",
        )


def everything_in_the_log() -> str:
    return json.dumps(list(AuditEvent.objects.values()), default=str)


Operation = Callable[[UUID, Actor], Any]
OPERATIONS: dict[str, Operation] = {
    "generate": lambda _, actor: operations.generate(name="new", actor=actor),
    "reveal": lambda pk, actor: operations.reveal(access_key_id=pk, actor=actor),
    "rename": lambda pk, actor: operations.rename(access_key_id=pk, name="new", actor=actor),
    "suspend": lambda pk, actor: operations.suspend(access_key_id=pk, actor=actor),
    "limit": lambda pk, actor: operations.limit(
        access_key_id=pk, allowed_networks=["192.0.2.0/24"], rate_limit="1/second", actor=actor
    ),
    "revoke": lambda pk, actor: operations.revoke(access_key_id=pk, actor=actor),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("name", OPERATIONS)
class TestTogetherOrNotAtAll:
    def test_what_cannot_be_written_down_does_not_happen(self, name: str, command: Actor) -> None:
        access_key = AccessKeyFactory()
        row, log = stored(access_key.pk), audit_log()
        with refusing_inserts("accesskeys_auditevent"), pytest.raises(DatabaseError, match="refused"):
            OPERATIONS[name](access_key.pk, command)
        assert (stored(access_key.pk), audit_log()) == (row, log)
        assert list(AccessKey.objects.all()) == [access_key]

    def test_it_is_committed_when_the_answer_leaves(self, name: str, command: Actor) -> None:
        """Another connection sees the event as soon as the operation has returned."""
        access_key = AccessKeyFactory()
        OPERATIONS[name](access_key.pk, command)
        other = connections.create_connection("default")
        with other.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM accesskeys_auditevent WHERE outcome = 'succeeded'")
            assert cursor.fetchone() == (2,)
        other.close()

    def test_no_outer_transaction_can_take_it_back(self, name: str, command: Actor) -> None:
        access_key = AccessKeyFactory()
        row, log = stored(access_key.pk), audit_log()
        with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
            OPERATIONS[name](access_key.pk, command)
        assert (stored(access_key.pk), audit_log()) == (row, log)
        assert list(AccessKey.objects.all()) == [access_key]

    def test_a_refusal_is_committed_too(self, name: str) -> None:
        access_key = AccessKeyFactory()
        stranger = proven(OperatorFactory(), address=None)
        with pytest.raises(Exception, match="permission"):
            OPERATIONS[name](access_key.pk, stranger)
        connection.close()
        assert audit_log()[-1][1:3] == ("refused", "permission_denied")


@pytest.mark.django_db(transaction=True)
def test_a_refusal_outlives_the_rollback(command: Actor) -> None:
    AccessKeyFactory(name="billing")
    with pytest.raises(ValidationError):
        operations.generate(name="billing", actor=command)
    with pytest.raises(NotFound):
        operations.revoke(access_key_id=uuid4(), actor=command)
    connection.close()
    assert [told[:3] for told in audit_log()[1:]] == [
        ("access_key.generated", "refused", "unique"),
        ("access_key.revoked", "refused", "not_found"),
    ]
