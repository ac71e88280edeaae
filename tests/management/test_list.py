"""``list_access_keys``."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from time_machine import TimeMachineFixture

from accesskeys import verification
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import holds_part_of, stored
from tests.management.helpers import NOW, run

COLUMNS = (
    "name\tid\tcreated_at\tlast_used_at\texpires_at\tscopes\tsuspended_at\tallowed_networks\trate_limit"
    "\tdescription\towner\tlabels"
)


@pytest.mark.django_db
class TestList:
    def test_by_name_without_keys(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        second = AccessKeyFactory(name="shipping")
        first = AccessKeyFactory(name="billing", scopes=["b", "a"], expires_at=NOW + timedelta(days=1))
        verification.authenticate(key_of(first))
        run("suspend_access_key", "shipping")
        run(
            "limit_access_key",
            "shipping",
            "--network=192.0.2.0/24",
            "--network=2001:db8::/32",
            "--rate=9/hour",
        )
        printed = run("list_access_keys")
        assert printed.splitlines() == [
            COLUMNS,
            f"billing\t{first.pk}\t2026-11-23T12:00:00Z\t2026-11-23T12:00:00Z\t2026-11-24T12:00:00Z\ta b"
            "\t-\t-\t-\t-\t-\t-",
            f"shipping\t{second.pk}\t2026-11-23T12:00:00Z\t-\t-\t-"
            "\t2026-11-23T12:00:00Z\t192.0.2.0/24 2001:db8::/32\t9/hour\t-\t-\t-",
        ]

    def test_json(self, time_machine: TimeMachineFixture) -> None:
        time_machine.move_to(NOW, tick=False)
        access_key = AccessKeyFactory(name="billing")
        assert json.loads(run("list_access_keys", "--json")) == [
            {
                "id": str(access_key.pk),
                "name": "billing",
                "scopes": [],
                "allowed_networks": [],
                "rate_limit": None,
                "created_at": "2026-11-23T12:00:00Z",
                "created_by": "manage.py",
                "expires_at": None,
                "suspended_at": None,
                "last_used_at": None,
                "description": "",
                "owner": "",
                "labels": {},
            }
        ]

    def test_none(self) -> None:
        assert run("list_access_keys").splitlines() == [COLUMNS]
        assert json.loads(run("list_access_keys", "--json")) == []

    @pytest.mark.parametrize("options", [[], ["--json"]])
    def test_never_prints_a_key_or_what_is_stored_of_it(self, options: list[str]) -> None:
        access_key = AccessKeyFactory()
        row, printed = stored(access_key.pk), run("list_access_keys", *options)
        assert access_key.name in printed
        for secret in (key_of(access_key), row["digest"].hex(), row["sealed"].hex()):
            assert not holds_part_of(secret, printed)
