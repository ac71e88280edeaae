"""Suspension, allowed networks and rate limits: set by the operations, decided at the door."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey, NotFound, RateLimited
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from accesskeys.verification.counters import get_counters
from accesskeys.verification.decision import CHECKS, Attempt, require_usable
from tests.conftest import SteadyClock
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, codes

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)  # Windows of rate limits begin at this moment.
ADDRESS = "192.0.2.7"


def reason_of(key: str, *, address: str | None = ADDRESS) -> str:
    with pytest.raises(InvalidKey) as refusal:
        verification.authenticate(key, address=address)
    return refusal.value.reason


class TestSuspension:
    def test_refuses_at_once_and_takes_the_key_back_at_once(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        operations.suspend(access_key_id=access_key.pk, actor=command)
        assert reason_of(key_of(access_key)) == "suspended"
        operations.resume(access_key_id=access_key.pk, actor=command)
        assert verification.authenticate(key_of(access_key)) == access_key
        assert [event.action for event in audit_log()] == [
            "access_key.generated",
            "access_key.suspended",
            "access_key.resumed",
        ]

    def test_a_second_time_keeps_the_moment_of_the_first(
        self, command: Actor, time_machine: TimeMachineFixture
    ) -> None:
        access_key = AccessKeyFactory()
        time_machine.move_to(NOW, tick=False)
        operations.suspend(access_key_id=access_key.pk, actor=command)
        time_machine.shift(60)
        operations.suspend(access_key_id=access_key.pk, actor=command)
        assert AccessKey.objects.get().suspended_at == NOW

    def test_the_words_of_the_queryset_agree_with_the_row(self, command: Actor) -> None:
        suspended, usable = AccessKeyFactory.create_batch(2)
        suspended = operations.suspend(access_key_id=suspended.pk, actor=command)
        assert not suspended.is_usable
        assert list(AccessKey.objects.usable()) == [usable]
        assert list(AccessKey.objects.suspended()) == [suspended]

    @pytest.mark.parametrize("operation", [operations.suspend, operations.resume])
    def test_a_revoked_access_key_stays_away(self, operation, command: Actor) -> None:  # type: ignore[no-untyped-def]
        with pytest.raises(NotFound):
            operation(access_key_id=uuid4(), actor=command)
        assert not AccessKey.objects.exists()


class TestAllowedNetworks:
    @pytest.fixture
    def access_key(self, command: Actor) -> AccessKey:
        networks = ["192.0.2.0/24", "2001:db8::/32"]
        return operations.limit(
            access_key_id=AccessKeyFactory().pk, allowed_networks=networks, rate_limit=None, actor=command
        )

    @pytest.mark.parametrize("address", ["192.0.2.0", "192.0.2.255", "::ffff:192.0.2.1", "2001:db8::1"])
    def test_inside(self, access_key: AccessKey, address: str) -> None:
        assert verification.authenticate(key_of(access_key), address=address) == access_key

    @pytest.mark.parametrize("address", ["192.0.1.255", "192.0.3.0", "2001:db9::", "rubbish", "", None])
    def test_outside_and_unknown(self, access_key: AccessKey, address: str | None) -> None:
        assert reason_of(key_of(access_key), address=address) == "address"


class TestRateLimit:
    @pytest.fixture
    def key(
        self, command: Actor, time_machine: TimeMachineFixture, steady_clock: SteadyClock, own_counters: None
    ) -> str:
        time_machine.move_to(NOW, tick=False)
        access_key = AccessKeyFactory()
        operations.limit(
            access_key_id=access_key.pk, allowed_networks=[], rate_limit="3/minute", actor=command
        )
        return key_of(access_key)

    def test_the_fourth_in_a_minute_waits_for_the_next_minute(
        self, key: str, steady_clock: SteadyClock
    ) -> None:
        get_counters()  # The file is begun now, at a full minute.
        steady_clock.shift(20)
        for _ in range(3):
            verification.authenticate(key)
        with pytest.raises(RateLimited) as refusal:
            verification.authenticate(key)
        assert refusal.value.retry_after == 40
        steady_clock.shift(39)
        with pytest.raises(RateLimited):
            verification.authenticate(key)
        steady_clock.shift(1)
        verification.authenticate(key)

    def test_a_refused_key_is_not_counted(self, key: str, command: Actor) -> None:
        access_key = AccessKey.objects.get()
        operations.suspend(access_key_id=access_key.pk, actor=command)
        for _ in range(5):
            reason_of(key)
        operations.resume(access_key_id=access_key.pk, actor=command)
        verification.authenticate(key)


class TestBadKeys:
    @pytest.fixture(autouse=True)
    def two_a_minute(
        self,
        settings: Settings,
        time_machine: TimeMachineFixture,
        steady_clock: SteadyClock,
        own_counters: None,
    ) -> None:
        settings.ACCESS_KEYS_BAD_KEY_LIMIT = "2/minute"
        time_machine.move_to(NOW, tick=False)

    def test_an_address_that_keeps_presenting_them_hears_429_and_its_good_keys_pass(self) -> None:
        access_key = AccessKeyFactory()
        for _ in range(2):
            assert reason_of("bad") == "malformed"
        with pytest.raises(RateLimited) as refusal:
            verification.authenticate("bad", address=ADDRESS)
        assert refusal.value.retry_after == 60
        assert verification.authenticate(key_of(access_key), address=ADDRESS) == access_key
        assert reason_of("bad", address="192.0.2.8") == "malformed"

    def test_a_subscriber_of_ipv6_is_one_whatever_address_it_picks(self) -> None:
        for number in range(2):
            reason_of("bad", address=f"2001:db8::{number}")
        with pytest.raises(RateLimited):
            verification.authenticate("bad", address="2001:db8::ffff")
        assert reason_of("bad", address="2001:db8:0:1::1") == "malformed"


class TestLimit:
    def test_what_was_and_what_is_are_in_the_audit_log(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        for networks, rate in ((["10.0.0.0/8", "10.0.0.0/8"], "5/second"), ([], "")):
            operations.limit(
                access_key_id=access_key.pk, allowed_networks=networks, rate_limit=rate, actor=command
            )
        changed, lifted = AuditEvent.objects.filter(action="access_key.limited").order_by("id")
        assert changed.details == {
            "allowed_networks": {"before": [], "after": ["10.0.0.0/8"]},
            "rate_limit": {"before": None, "after": "5/second"},
        }
        assert lifted.details == {
            "allowed_networks": {"before": ["10.0.0.0/8"], "after": []},
            "rate_limit": {"before": "5/second", "after": None},
        }
        stored = AccessKey.objects.get()
        assert (stored.allowed_networks, stored.rate_limit) == ([], None)

    @pytest.mark.parametrize(
        ("networks", "rate", "expected"),
        [
            (["10.0.0.1/8"], None, {"allowed_networks": ["invalid_network"]}),
            ([f"10.0.{number}.0/24" for number in range(33)], None, {"allowed_networks": ["too_many"]}),
            ([], "often", {"rate_limit": ["invalid"]}),
        ],
    )
    def test_what_is_wrong_changes_nothing(
        self, networks: list[str], rate: str | None, expected: dict[str, list[str]], command: Actor
    ) -> None:
        access_key = AccessKeyFactory()
        with pytest.raises(ValidationError) as refusal:
            operations.limit(
                access_key_id=access_key.pk, allowed_networks=networks, rate_limit=rate, actor=command
            )
        assert codes(refusal.value) == expected
        stored = AccessKey.objects.get()
        assert (stored.allowed_networks, stored.rate_limit) == ([], None)
        assert audit_log()[-1][:3] == ("access_key.limited", "refused", next(iter(expected.values()))[0])


def test_the_checks_come_in_the_order_that_they_are_explained_in(command: Actor) -> None:
    access_key = AccessKeyFactory(expires_at=NOW)
    operations.limit(
        access_key_id=access_key.pk, allowed_networks=["10.0.0.0/8"], rate_limit=None, actor=command
    )
    access_key = operations.suspend(access_key_id=access_key.pk, actor=command)
    attempt = Attempt(ADDRESS, NOW)
    for check in CHECKS:
        with pytest.raises(InvalidKey) as refusal:
            require_usable(access_key, attempt)
        assert refusal.value.reason == check.reason
        match check.reason:
            case "suspended":
                access_key.suspended_at = None
            case "expired":
                attempt = Attempt(ADDRESS, NOW - timedelta(microseconds=1))
            case "address":
                attempt = Attempt("10.1.2.3", NOW - timedelta(microseconds=1))
    require_usable(access_key, attempt)
