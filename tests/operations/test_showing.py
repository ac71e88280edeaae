"""How many keys an operator sees within an hour, and what for."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID

import pytest
from pytest_django import Settings
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.core.exceptions import NotFound, ReasonNeeded, TooManyReveals
from accesskeys.models import AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import at_once, audit_log

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 28, 12, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def three_an_hour(settings: Settings) -> None:
    settings.ACCESS_KEYS_REVEALS_PER_HOUR = 3


@pytest.fixture
def ada() -> Actor:
    return proven(OperatorFactory(username="ada", roles=["Operators"]), address=None)


def see(pk: UUID, actor: Actor, reason: str = "") -> None:
    """In each of the three ways, one after the other."""
    operations.reveal(access_key_id=pk, actor=actor, reason=reason)
    operations.reveal(access_key_id=pk, actor=actor, to_copy=True, reason=reason)
    operations.hand_over(access_key_id=pk, actor=actor, reason=reason)


class TestHowMany:
    def test_the_next_one_is_refused_and_says_until_when(
        self, ada: Actor, time_machine: TimeMachineFixture, caplog: pytest.LogCaptureFixture
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        access_key = AccessKeyFactory(name="billing")
        actor = proven(ada.operator, address=None)  # type: ignore[arg-type]
        see(access_key.pk, actor)
        time_machine.move_to(NOW + timedelta(minutes=5), tick=False)
        with (
            caplog.at_level(logging.WARNING, "accesskeys.reveals"),
            pytest.raises(TooManyReveals) as refusal,
        ):
            operations.reveal(access_key_id=access_key.pk, actor=actor)
        assert refusal.value.retry_after == 55 * 60
        assert str(refusal.value) == (
            "You may see so many keys within an hour: 3. You can see another in 55 minutes."
        )
        assert audit_log()[-1] == (
            "access_key.shown",
            "refused",
            "too_many_reveals",
            access_key.pk,
            "billing",
        )
        assert caplog.messages == ["ada was shown 3 keys within an hour, and asks for more"]

    def test_an_hour_later_it_is_shown(self, ada: Actor, time_machine: TimeMachineFixture) -> None:
        access_key = AccessKeyFactory()
        time_machine.move_to(NOW, tick=False)
        see(access_key.pk, proven(ada.operator, address=None))  # type: ignore[arg-type]
        time_machine.move_to(NOW + timedelta(hours=1), tick=False)
        now = proven(ada.operator, address=None)  # type: ignore[arg-type]
        assert operations.reveal(access_key_id=access_key.pk, actor=now) == key_of(access_key)

    def test_each_operator_has_an_own_limit(self, ada: Actor) -> None:
        access_key = AccessKeyFactory()
        see(access_key.pk, ada)
        see(access_key.pk, proven(OperatorFactory(roles=["Operators"]), address=None))
        assert AuditEvent.objects.filter(outcome="refused").count() == 0

    def test_what_was_refused_does_not_count(self, ada: Actor) -> None:
        access_key = AccessKeyFactory()
        operations.reveal(access_key_id=access_key.pk, actor=ada)
        gone = AccessKeyFactory()
        operations.revoke(access_key_id=gone.pk, actor=ada)
        for _ in range(5):
            with pytest.raises(NotFound):
                operations.reveal(access_key_id=gone.pk, actor=ada)
        operations.reveal(access_key_id=access_key.pk, actor=ada)

    def test_programs_and_commands_have_none(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        for _ in range(2):
            see(access_key.pk, command)
        assert audit_log()[-1].outcome == "succeeded"


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_no_more_are_shown() -> None:
    actor = proven(OperatorFactory(roles=["Operators"]), address=None)

    def show(pk: UUID) -> str:
        try:
            operations.reveal(access_key_id=pk, actor=actor)
        except TooManyReveals as refusal:
            return refusal.code
        return "shown"

    jobs = [partial(show, AccessKeyFactory().pk) for _ in range(6)]
    assert Counter(at_once(jobs)) == {"shown": 3, "too_many_reveals": 3}


class TestTheReason:
    @pytest.fixture(autouse=True)
    def asked_for(self, settings: Settings) -> None:
        settings.ACCESS_KEYS_REVEAL_REASON = True

    def test_is_kept_in_the_audit_log(self, ada: Actor) -> None:
        access_key = AccessKeyFactory()
        see(access_key.pk, ada, reason="  restoring  billing ")
        events = AuditEvent.objects.exclude(action="access_key.generated")
        assert [event.details["reason"] for event in events] == ["restoring billing"] * 3

    @pytest.mark.parametrize("reason", ["", "  \n "])
    def test_without_one_no_key_is_shown(self, ada: Actor, reason: str) -> None:
        access_key = AccessKeyFactory()
        log = audit_log()
        with pytest.raises(ReasonNeeded):
            operations.reveal(access_key_id=access_key.pk, actor=ada, reason=reason)
        with pytest.raises(ReasonNeeded):
            operations.hand_over(access_key_id=access_key.pk, actor=ada, reason=reason)
        assert audit_log() == log

    def test_a_key_is_no_reason(self, ada: Actor) -> None:
        access_key = AccessKeyFactory()
        with pytest.raises(ReasonNeeded):
            operations.reveal(access_key_id=access_key.pk, actor=ada, reason=key_of(access_key))

    @pytest.mark.parametrize("left", [20, 28, 40])
    def test_nor_is_one_that_would_be_cut(self, ada: Actor, left: int) -> None:
        access_key = AccessKeyFactory()
        reason = "x" * (199 - left) + " " + key_of(access_key)
        log = audit_log()
        with pytest.raises(ReasonNeeded):
            operations.reveal(access_key_id=access_key.pk, actor=ada, reason=reason)
        assert audit_log() == log

    def test_a_long_one_is_cut(self, ada: Actor) -> None:
        access_key = AccessKeyFactory()
        operations.reveal(access_key_id=access_key.pk, actor=ada, reason="x" * 300)
        assert AuditEvent.objects.get(action="access_key.shown").details == {"reason": "x" * 200}

    def test_commands_are_not_asked(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        assert operations.reveal(access_key_id=access_key.pk, actor=command) == key_of(access_key)
