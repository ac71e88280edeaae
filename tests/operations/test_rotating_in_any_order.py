"""Rotations in any order and at any time, held against a model of a few lines."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from time_machine import travel

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.core.rotation_exceptions import RotationError, RotationPending
from accesskeys.models import AccessKey, AuditEvent, Rotation
from accesskeys.operations.actors import Actor
from accesskeys.operations.rotation_times import END, GRACE

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
times = st.sampled_from([0, 1, 60]).map(lambda minutes: timedelta(minutes=minutes))


class Rotating(RuleBasedStateMachine):
    """``next`` is None where there is one key alone; ``used`` whether the next one was."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.clock = travel(START, tick=False)
        self.traveller = self.clock.start()
        self.command = Actor.for_command()
        self.next: str | None = None
        self.used = False
        self.gone: list[str] = []

    def teardown(self) -> None:
        self.clock.stop()
        AccessKey.objects.all().delete()
        AuditEvent.objects.all().delete()

    @initialize()
    def begin(self) -> None:
        access_key, self.key = operations.generate(name="a", actor=self.command)
        self.pk = access_key.pk

    @property
    def has_ended(self) -> bool:
        return self.next is not None and self.now >= self.ends_at

    def promote(self) -> None:
        """The next key is the only one."""
        assert self.next is not None
        self.gone.append(self.key)
        self.key, self.next, self.used = self.next, None, False

    @rule(minutes=st.sampled_from([0, 1, 60]), microseconds=st.integers(-1, 1))
    def wait(self, minutes: int, microseconds: int) -> None:
        self.now += max(timedelta(0), timedelta(minutes=minutes, microseconds=microseconds))
        self.traveller.move_to(self.now, tick=False)

    @rule(grace=times, ends_in=times, says_nothing=st.booleans())
    def rotate(self, grace: timedelta, ends_in: timedelta, says_nothing: bool) -> None:
        if self.has_ended and self.used:
            self.promote()
        times: dict[str, timedelta] = {} if says_nothing else {"grace": grace, "ends_in": ends_in}
        try:
            key = operations.rotate(access_key_id=self.pk, actor=self.command, **times).key  # type: ignore[arg-type]
        except RotationPending:
            assert self.next is not None
            assert times
            assert grace != self.grace or self.begun_at + ends_in != self.ends_at
            return
        if self.next is None:
            assert key not in {self.key, *self.gone}
            self.next, self.begun_at = key, self.now
            self.grace, self.ends_at = times.get("grace", GRACE), self.now + times.get("ends_in", END)
        elif times:
            assert grace == self.grace
            assert self.begun_at + ends_in == self.ends_at or (
                self.used and self.ends_at < self.begun_at + ends_in
            )
        assert key == self.next

    @rule()
    def use_the_next(self) -> None:
        if self.next is not None:
            verification.authenticate(self.next)
            if not self.used:
                self.used, self.ends_at = True, min(self.ends_at, self.now + self.grace)

    @rule()
    def complete(self) -> None:
        self.end("complete_rotation", lawful=self.next is not None and not (self.has_ended and self.used))

    @rule()
    def cancel(self) -> None:
        self.end("cancel_rotation", lawful=self.next is not None and not self.has_ended and not self.used)

    def end(self, operation: str, *, lawful: bool) -> None:
        try:
            getattr(operations, operation)(access_key_id=self.pk, actor=self.command)
        except RotationError:
            assert not lawful
            return
        assert lawful
        if operation == "complete_rotation":
            self.promote()
        else:
            assert self.next is not None
            self.gone.append(self.next)
            self.next = None

    @rule()
    def settle(self) -> None:
        is_over = self.has_ended and self.used
        assert operations.settle_rotations(actor=self.command) == is_over
        if is_over:
            self.promote()

    @invariant()
    def the_keys_that_are_accepted_are_those_of_the_model(self) -> None:
        accepted = {key for key in (self.key, self.next) if key and not (key == self.key and self.has_ended)}
        assert accepted
        for key in {self.key, self.next, *self.gone} - {None, self.next if not self.used else None}:
            assert key is not None
            try:
                found = verification.authenticate(key)
            except InvalidKey as refusal:
                assert key not in accepted
                assert refusal.reason == ("ended" if key == self.key else "unknown")
            else:
                assert (found.pk, key in accepted) == (self.pk, True)

    @invariant()
    def the_key_that_is_shown_is_one_that_is_accepted(self) -> None:
        shown = operations.reveal(access_key_id=self.pk, actor=self.command)
        assert shown == (self.next if self.has_ended else self.key)
        assert Rotation.objects.count() == (self.next is not None)
        assert AccessKey.objects.get(pk=self.pk).has_next_key == (self.next is not None)


@pytest.mark.django_db
def test_the_operations_do_what_the_model_does() -> None:
    run_state_machine_as_test(Rotating, settings=settings(max_examples=30, stateful_step_count=30))
