"""Another expiry for an access key that is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from time_machine import TimeMachineFixture

from accesskeys import operations, verification
from accesskeys.core.exceptions import Forbidden, InsufficientScope, InvalidKey, NotFound, OwnLimits
from accesskeys.operations.actors import Actor
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, codes, stored
from tests.operations.changing import changed_columns, program, told

pytestmark = pytest.mark.django_db

NOW = datetime(2030, 1, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def now(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.mark.parametrize(
    ("before", "after", "details"),
    [
        (None, NOW + DAY, (None, "2030-01-02T12:00:00Z")),
        (NOW + DAY, NOW + 2 * DAY, ("2030-01-02T12:00:00Z", "2030-01-03T12:00:00Z")),
        (NOW + 2 * DAY, NOW + DAY, ("2030-01-03T12:00:00Z", "2030-01-02T12:00:00Z")),
        (NOW + DAY, None, ("2030-01-02T12:00:00Z", None)),
        (NOW + DAY, NOW + DAY, ("2030-01-02T12:00:00Z", "2030-01-02T12:00:00Z")),
    ],
)
def test_sets_it_and_nothing_else(
    command: Actor, before: datetime | None, after: datetime | None, details: tuple[str | None, str | None]
) -> None:
    access_key = AccessKeyFactory(expires_at=before)
    row = stored(access_key.pk)
    extended = operations.extend(access_key_id=access_key.pk, expires_at=after, actor=command)
    assert (extended.access_key.expires_at, extended.works_again) == (after, False)
    assert changed_columns(access_key, row) == ({} if before == after else {"expires_at": after})
    told_before, told_after = details
    assert told("extended") == [
        ("succeeded", "", {"expires_at": {"before": told_before, "after": told_after}})
    ]


@pytest.mark.parametrize("until", [NOW + DAY, None])
def test_an_expired_key_works_again_with_the_next_request(command: Actor, until: datetime | None) -> None:
    access_key = AccessKeyFactory(expired=True)
    client, gateway = consumer(access_key), anybody(authorization=f"Bearer {key_of(access_key)}")

    def answers() -> tuple[int, int]:
        return client.get("/api/v1/ping/").status_code, gateway.get("/auth/verify/").status_code

    assert answers() == (401, 401)
    extended = operations.extend(access_key_id=access_key.pk, expires_at=until, actor=command)
    assert extended.works_again
    assert answers() == (200, 200)


def test_a_suspended_one_that_had_expired_goes_on_being_refused(command: Actor) -> None:
    access_key = AccessKeyFactory(expired=True)
    operations.suspend(access_key_id=access_key.pk, actor=command)
    assert not operations.extend(access_key_id=access_key.pk, expires_at=None, actor=command).works_again
    with pytest.raises(InvalidKey) as refusal:
        verification.authenticate(key_of(access_key))
    assert refusal.value.reason == "suspended"


def test_an_earlier_expiry_holds_from_its_moment_on(command: Actor, time_machine: TimeMachineFixture) -> None:
    access_key = AccessKeyFactory()
    operations.extend(access_key_id=access_key.pk, expires_at=NOW + timedelta(seconds=1), actor=command)
    verification.authenticate(key_of(access_key))
    time_machine.shift(1)
    with pytest.raises(InvalidKey) as refusal:
        verification.authenticate(key_of(access_key))
    assert refusal.value.reason == "expired"


@pytest.mark.parametrize("moment", [NOW, NOW - DAY])
def test_a_moment_that_has_passed_changes_nothing(command: Actor, moment: datetime) -> None:
    access_key = AccessKeyFactory(expires_at=NOW + DAY)
    before = stored(access_key.pk)
    with pytest.raises(ValidationError) as refusal:
        operations.extend(access_key_id=access_key.pk, expires_at=moment, actor=command)
    assert codes(refusal.value) == {"expires_at": ["not_in_future"]}
    assert stored(access_key.pk) == before
    assert told("extended") == [("refused", "not_in_future", {"errors": {"expires_at": ["not_in_future"]}})]


def test_the_same_that_has_passed_is_no_mistake_and_no_new_life(command: Actor) -> None:
    access_key = AccessKeyFactory(expired=True)
    extended = operations.extend(access_key_id=access_key.pk, expires_at=access_key.expires_at, actor=command)
    assert not extended.works_again
    assert told("extended")[0][0] == "succeeded"


class TestWhoMay:
    def test_a_key_with_an_expiry_extends_none(self) -> None:
        caller, access_key = program(expires_at=NOW + DAY), AccessKeyFactory()
        with pytest.raises(OwnLimits):
            operations.extend(access_key_id=access_key.pk, expires_at=NOW + DAY, actor=caller)
        assert stored(access_key.pk)["expires_at"] is None
        assert told("extended") == [("refused", "permission_denied", {})]

    @pytest.mark.parametrize("expires_at", [None, NOW + DAY])
    def test_no_key_extends_itself(self, expires_at: datetime | None) -> None:
        caller = program(expires_at=expires_at)
        assert caller.access_key_id is not None
        with pytest.raises(OwnLimits) as refusal:
            operations.extend(access_key_id=caller.access_key_id, expires_at=None, actor=caller)
        assert "cannot change its own limits or expiry" in str(refusal.value)
        assert stored(caller.access_key_id)["expires_at"] == expires_at

    def test_a_key_without_one_extends_others_within_its_reach(self) -> None:
        caller = program("orders:read")
        within, beyond = AccessKeyFactory(scopes=["orders:read"]), AccessKeyFactory(scopes=["orders"])
        operations.extend(access_key_id=within.pk, expires_at=NOW + DAY, actor=caller)
        with pytest.raises(InsufficientScope):
            operations.extend(access_key_id=beyond.pk, expires_at=NOW + DAY, actor=caller)
        assert (stored(within.pk)["expires_at"], stored(beyond.pk)["expires_at"]) == (NOW + DAY, None)

    @pytest.mark.parametrize(("role", "may"), [("Viewers", False), ("Operators", True)])
    def test_an_operator_by_role(self, role: str, may: bool) -> None:
        actor = proven(OperatorFactory(roles=[role]), address=None)
        access_key = AccessKeyFactory()
        if may:
            operations.extend(access_key_id=access_key.pk, expires_at=NOW + DAY, actor=actor)
        else:
            with pytest.raises(Forbidden):
                operations.extend(access_key_id=access_key.pk, expires_at=NOW + DAY, actor=actor)
        assert stored(access_key.pk)["expires_at"] == (NOW + DAY if may else None)


def test_one_that_is_gone_stays_gone(command: Actor) -> None:
    gone = uuid4()
    with pytest.raises(NotFound):
        operations.extend(access_key_id=gone, expires_at=None, actor=command)
    assert stored(gone) == {}
    assert audit_log() == [("access_key.extended", "refused", "not_found", gone, "")]
