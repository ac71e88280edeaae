"""``explain_access_key`` says what the doors would do."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accesskeys import operations
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.clients import consumer
from tests.doors.helpers import refused, run
from tests.factories import AccessKeyFactory
from tests.helpers import audit_log

pytestmark = pytest.mark.django_db


class TestExplain:
    def test_a_key_that_passes(self, access_key: AccessKey) -> None:
        said = run("explain_access_key", "billing")
        assert said.splitlines()[1:] == [
            "  suspended  passes   no",
            "  expired    passes   never",
            "  address    passes   anywhere",
            "  rate       passes   unlimited",
            "Accepted.",
        ]

    def test_the_check_that_refuses_is_the_last(self, command: Actor) -> None:
        access_key = AccessKeyFactory(
            name="expiring", expires_at=datetime(2099, 1, 1, tzinfo=UTC), scopes=["orders:read"]
        )
        operations.limit(
            access_key_id=access_key.pk, allowed_networks=["10.0.0.0/8"], rate_limit="9/hour", actor=command
        )
        ask = ("explain_access_key", "expiring", "--address", "10.1.2.3", "--scope", "orders:write")
        assert refused(*ask).splitlines()[-2:] == [
            "  scope      REFUSES  orders:write, of orders:read",
            "Refused: scope.",
        ]
        assert refused(*ask[:3], "192.0.2.7").splitlines()[-2:] == [
            "  address    REFUSES  10.0.0.0/8",
            "Refused: address.",
        ]
        assert refused(*ask[:4], "--at", "2099-01-01T00:00:00Z").splitlines()[-2:] == [
            "  expired    REFUSES  2099-01-01T00:00:00Z",
            "Refused: expired.",
        ]
        assert refused(*ask[:2]).splitlines()[-2] == (
            "  address    REFUSES  10.0.0.0/8; name the client's with --address"
        )
        operations.suspend(access_key_id=access_key.pk, actor=command)
        assert refused(*ask).splitlines()[-1] == "Refused: suspended."

    def test_the_rate_as_it_is_counted(self, access_key: AccessKey, command: Actor) -> None:
        run("limit_access_key", "billing", "--rate", "2/hour")
        client = consumer(access_key)
        for used, (verdict, ask) in enumerate((("passes ", run), ("passes ", run), ("REFUSES", refused))):
            for _ in range(2):  # It does not count itself.
                rate = ask("explain_access_key", "billing").splitlines()[4]
                assert rate.startswith(f"  rate       {verdict}  2/hour, {used} used, begins anew in ")
            client.get("/api/v1/ping/")
        assert refused("explain_access_key", "billing").splitlines()[-1] == "Refused: rate."
        later = run("explain_access_key", "billing", "--at", "2099-01-01T00:00:00Z").splitlines()
        assert later[-2:] == ["  rate       passes   2/hour, counted when it is time", "Accepted."]

    def test_scopes_as_gateways_write_them(self) -> None:
        AccessKeyFactory(name="reader", scopes=["orders:read", "orders:write"])
        for wanted in (
            ["--scope=orders:read+orders:write"],
            ["--scope=orders:read orders:write"],
            ["--scope=orders:read", "--scope=orders:write"],
        ):
            assert run("explain_access_key", "reader", *wanted).splitlines()[-3:] == [
                "  scope      passes   orders:read, of orders:read orders:write",
                "  scope      passes   orders:write, of orders:read orders:write",
                "Accepted.",
            ]
        said = refused("explain_access_key", "reader", "--scope=orders:refund", "--scope=orders:read")
        assert said.splitlines()[-2:] == [
            "  scope      REFUSES  orders:refund, of orders:read orders:write",
            "Refused: scope.",
        ]

    @pytest.mark.parametrize(
        ("option", "value", "sentence"),
        [
            ("--scope", "BAD SCOPE", "'BAD' is not a scope. A gateway that asks for it is answered 503."),
            ("--at", "2020-01-01T00:00:00Z", "There was no access key billing before 20"),
            ("--address", "nowhere", "nowhere is not an IP address."),
            ("--at", "2030-01-31", "Write the time in ISO 8601 with an offset"),
            ("--at", "2030-01-31T12:00:00", "Write the time in ISO 8601 with an offset"),
            ("--at", "2030-99-31T12:00:00Z", "Write the time in ISO 8601 with an offset"),
        ],
    )
    def test_what_is_wrong_is_one_sentence(
        self, access_key: AccessKey, option: str, value: str, sentence: str
    ) -> None:
        with pytest.raises(CommandError, match=sentence):
            call_command("explain_access_key", "billing", option, value)

    def test_nothing_is_changed_or_counted_as_a_use(self, access_key: AccessKey) -> None:
        run("explain_access_key", "billing")
        assert AccessKey.objects.get().last_used_at is None
        assert [event.action for event in audit_log()] == ["access_key.generated"]
