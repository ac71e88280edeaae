"""``generate_access_key``."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from time_machine import TimeMachineFixture

from accesskeys import verification
from accesskeys.models import AccessKey, AuditEvent
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log
from tests.management.helpers import NOW, refusal_of, run


@pytest.mark.django_db
class TestGenerate:
    def test_prints_the_bare_key_alone(self) -> None:
        printed = run("generate_access_key", "billing")
        access_key = verification.authenticate(printed.removesuffix("\n"))
        assert (access_key.name, access_key.scopes, access_key.expires_at) == ("billing", [], None)

    def test_is_written_down_as_a_command(self) -> None:
        run("generate_access_key", "billing")
        event = AuditEvent.objects.get()
        assert (event.door, event.actor_kind, event.actor_label, event.access_key_name) == (
            "command",
            "command",
            "manage.py",
            "billing",
        )
        assert AccessKey.objects.get().created_by == "manage.py"

    def test_scopes_and_expiry(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        run(
            "generate_access_key",
            "billing",
            "--scope",
            "orders:write",
            "--scope=orders:read",
            "--expires-in",
            "90d",
        )
        access_key = AccessKey.objects.get()
        assert access_key.scopes == ["orders:read", "orders:write"]
        assert access_key.expires_at == NOW + timedelta(days=90)

    def test_json(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        printed = json.loads(run("generate_access_key", "billing", "--scope=a", "--expires-in=1h", "--json"))
        access_key = verification.authenticate(printed.pop("key"))
        assert printed == {
            "id": str(access_key.pk),
            "name": "billing",
            "scopes": ["a"],
            "allowed_networks": [],
            "rate_limit": None,
            "created_at": "2026-11-23T12:00:00Z",
            "created_by": "manage.py",
            "expires_at": "2026-11-23T13:00:00Z",
            "suspended_at": None,
            "last_used_at": None,
            "description": "",
            "owner": "",
            "labels": {},
        }

    @pytest.mark.parametrize("name", ["", " ", "a b", "a\n", "é", "x" * 31, "\udcff"])
    def test_a_wrong_name(self, name: str) -> None:
        assert refusal_of("generate_access_key", name) == (
            "Use 1 to 30 characters: letters A to Z and a to z, digits 0 to 9 and underscores."
        )
        assert audit_log() == [("access_key.generated", "refused", "invalid", None, "")]

    def test_a_taken_name(self) -> None:
        AccessKeyFactory(name="billing")
        assert refusal_of("generate_access_key", "billing") == (
            "Another access key has this name. Choose a different one."
        )

    def test_a_wrong_scope(self) -> None:
        assert "“Orders” is not a scope" in refusal_of("generate_access_key", "billing", "--scope=Orders")

    @pytest.mark.parametrize("time", ["", " ", "0d", "90", "soon", "99999y"])
    def test_a_wrong_expiry_never_means_no_expiry(self, time: str) -> None:
        """``--expires-in "$LIFETIME"`` with the variable unset is a mistake, and no wish for a key without end."""
        assert refusal_of("generate_access_key", "billing", f"--expires-in={time}") == (
            "Write how long the access key lives as a number and a unit: 12h, 90d, 4w or 1y."
        )
