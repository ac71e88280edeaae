"""Every operation in any order, held against a model of a few lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from time_machine import travel

from accesskeys import operations, verification
from accesskeys.core.exceptions import AccessKeyError, InvalidKey
from accesskeys.models import AccessKey, ActorKind, AuditEvent, Door
from accesskeys.operations.actors import Actor
from tests.factories import OperatorFactory, proven
from tests.helpers import Told, audit_log, codes
from tests.strategies import is_a_name

START = datetime(2026, 11, 23, 12, tzinfo=UTC)
SCOPES = ("access_keys:read", "access_keys:reveal", "access_keys:write", "orders:read")
CHANGES = {"rename", "rescope", "extend", "describe", "suspend", "resume"}
MAY = {
    "Viewers": set(),
    "Operators": {"generate", "show", "hand_over", "take_back", "revoke"} | CHANGES,
    "access_keys:write": {"generate", "revoke"} | CHANGES,
    "access_keys:reveal": {"show"},
}
ACTION = {
    "generate": "access_key.generated",
    "rename": "access_key.renamed",
    "rescope": "access_key.rescoped",
    "extend": "access_key.extended",
    "describe": "access_key.described",
    "show": "access_key.shown",
    "suspend": "access_key.suspended",
    "resume": "access_key.resumed",
    "hand_over": "access_key.handed_over",
    "open_hand_over": "access_key.hand_over_opened",
    "take_back": "access_key.hand_over_taken_back",
    "revoke": "access_key.revoked",
}

names = st.sampled_from(["a", "b", "c", "A", "x" * 30]) | st.sampled_from(
    ["", "a ", "a\n", "a-b", "é", "x" * 31]
)
scopes = st.sets(st.sampled_from(SCOPES), max_size=2)
# Operators by their role, programs by their scopes; None is the command line.
askers = st.none() | st.sampled_from(["Viewers", "Operators"]) | scopes.map(frozenset)


@dataclass
class Known:
    """What the model remembers of an access key."""

    name: str
    key: str
    scopes: list[str]
    expires_at: datetime | None
    suspended_at: datetime | None = None
    last_used_at: datetime | None = None
    owner: str = ""


class AccessKeys(RuleBasedStateMachine):
    operators: dict[str, Actor]
    ids = Bundle("ids")

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.clock = travel(START, tick=False)
        self.traveller = self.clock.start()
        self.living: dict[UUID, Known] = {}
        self.revoked: dict[UUID, Known] = {}
        self.log: list[Told] = []

    def teardown(self) -> None:
        try:
            assert audit_log() == self.log
        finally:
            self.clock.stop()
            AccessKey.objects.all().delete()
            AuditEvent.objects.all().delete()

    @initialize(target=ids)
    def begin(self) -> UUID:
        """There is always one to work with."""
        access_key, key = operations.generate(name="a", actor=Actor.for_command())
        self.living[access_key.pk] = Known("a", key, [], None)
        self.log.append(Told("access_key.generated", "succeeded", "", access_key.pk, "a"))
        return access_key.pk

    @rule(minutes=st.sampled_from([0, 1, 60]), microseconds=st.integers(-1, 1))
    def wait(self, minutes: int, microseconds: int) -> None:
        self.now += max(timedelta(0), timedelta(minutes=minutes, microseconds=microseconds))
        self.traveller.move_to(self.now, tick=False)

    @rule(
        target=ids,
        name=names,
        granted=scopes,
        asker=askers,
        minutes=st.none() | st.sampled_from([-1, 0, 1, 60]),
    )
    def generate(self, name: str, granted: set[str], asker: Any, minutes: int | None) -> Any:
        expires_at = None if minutes is None else self.now + timedelta(minutes=minutes)
        # What is wrong by itself is said before what is taken.
        wrong = {"expires_at": ["not_in_future"]} if expires_at is not None and expires_at <= self.now else {}
        wrong = (
            {**self.wrong_name(name), **wrong} if not is_a_name(name) else {**wrong, **self.wrong_name(name)}
        )

        lacking = isinstance(asker, frozenset) and not granted <= asker

        expected = self.refusal("generate", asker, wrong) or ("insufficient_scope" if lacking else "")
        # Those who may not generate are turned away before anybody looks at the name.
        is_heard = is_a_name(name) and not self.refusal("generate", asker, {})
        made = self.attempt(
            "generate",
            expected,
            None,
            lambda: operations.generate(
                name=name, actor=self.actor(asker), scopes=granted, expires_at=expires_at
            ),
            wrong,
            asked_for=name if is_heard else "",
        )
        if made is None:
            return multiple()
        access_key, key = made
        self.living[access_key.pk] = Known(name, key, sorted(granted), expires_at)
        self.log[-1] = Told("access_key.generated", "succeeded", "", access_key.pk, name)
        return access_key.pk

    @rule(access_key_id=ids, name=names, asker=askers)
    def rename(self, access_key_id: UUID, name: str, asker: Any) -> None:
        wrong = self.wrong_name(name, access_key_id)
        expected = self.refusal("rename", asker, wrong, access_key_id)
        renamed = self.attempt(
            "rename",
            expected,
            access_key_id,
            lambda: operations.rename(access_key_id=access_key_id, name=name, actor=self.actor(asker)),
            wrong,
        )
        if renamed is not None:
            assert renamed.name == name
            self.living[access_key_id].name = name
            self.log[-1] = self.log[-1]._replace(access_key_name=name)

    @rule(access_key_id=ids, asker=askers)
    def show(self, access_key_id: UUID, asker: Any) -> None:
        expected = self.refusal("show", asker, {}, access_key_id)
        shown = self.attempt(
            "show",
            expected,
            access_key_id,
            lambda: operations.reveal(access_key_id=access_key_id, actor=self.actor(asker)),
        )
        assert shown is None or shown == self.living[access_key_id].key

    @rule(access_key_id=ids, asker=askers, operation=st.sampled_from(["suspend", "resume"]))
    def suspend_or_resume(self, access_key_id: UUID, asker: Any, operation: str) -> None:
        switch = operations.suspend if operation == "suspend" else operations.resume
        expected = self.refusal(operation, asker, {}, access_key_id)
        switched = self.attempt(
            operation,
            expected,
            access_key_id,
            lambda: switch(access_key_id=access_key_id, actor=self.actor(asker)),
        )
        if switched is not None:
            known = self.living[access_key_id]
            known.suspended_at = (known.suspended_at or self.now) if operation == "suspend" else None

    @rule(access_key_id=ids, asker=askers)
    def revoke(self, access_key_id: UUID, asker: Any) -> None:
        expected = self.refusal("revoke", asker, {}, access_key_id)
        revoked = self.attempt(
            "revoke",
            expected,
            access_key_id,
            lambda: operations.revoke(access_key_id=access_key_id, actor=self.actor(asker)),
        )
        if revoked is not None:
            assert revoked == (access_key_id, self.living[access_key_id].name)
            self.revoked[access_key_id] = self.living.pop(access_key_id)

    @rule(access_key_id=ids)
    def authenticate(self, access_key_id: UUID) -> None:
        known = self.living.get(access_key_id) or self.revoked[access_key_id]
        expired = known.expires_at is not None and known.expires_at <= self.now
        reasons = [
            *(["unknown"] if access_key_id in self.revoked else []),
            *(["suspended"] if known.suspended_at else []),
            *(["expired"] if expired else []),
            None,
        ]
        reason = reasons[0]
        try:
            found = verification.authenticate(known.key)
        except InvalidKey as refusal:
            assert refusal.reason == reason
        else:
            assert reason is None
            assert (found.pk, found.name, found.scopes) == (access_key_id, known.name, known.scopes)
            if known.last_used_at is None or self.now - known.last_used_at >= timedelta(minutes=1):
                known.last_used_at = self.now

    @invariant()
    def the_rows_are_those_of_the_model(self) -> None:
        columns = ("name", "scopes", "expires_at", "suspended_at", "last_used_at", "owner")
        rows = {row[0]: row[1:] for row in AccessKey.objects.values_list("pk", *columns)}
        assert rows == {
            access_key_id: tuple(getattr(known, column) for column in columns)
            for access_key_id, known in self.living.items()
        }

    @invariant()
    def nothing_is_forgotten_in_the_log(self) -> None:
        assert AuditEvent.objects.count() == len(self.log)

    def actor(self, asker: Any) -> Actor:
        if asker is None:
            return Actor.for_command()
        if isinstance(asker, frozenset):
            return Actor(ActorKind.ACCESS_KEY, Door.API, "program", "192.0.2.7", scopes=asker)
        return self.operators[asker]

    def wrong_name(self, name: str, access_key_id: UUID | None = None) -> dict[str, list[str]]:
        if not is_a_name(name):
            return {"name": ["invalid"]}
        taken = {known.name for other, known in self.living.items() if other != access_key_id}
        return {"name": ["unique"]} if name in taken else {}

    def refusal(
        self, operation: str, asker: Any, wrong: dict[str, list[str]], access_key_id: UUID | None = None
    ) -> str:
        """The reason why this is refused, empty if it is not: who asks, then what for, then of what, then with what."""
        granting = asker if isinstance(asker, frozenset) else {asker}
        if asker is not None and not any(operation in MAY.get(name, ()) for name in granting):
            return "insufficient_scope" if isinstance(asker, frozenset) else "permission_denied"
        if access_key_id in self.revoked:
            return "not_found"
        known = self.living.get(access_key_id) if access_key_id else None
        if known and isinstance(asker, frozenset) and not asker.issuperset(known.scopes):
            return "insufficient_scope"
        return next(iter(wrong.values()))[0] if wrong else ""

    def attempt(
        self,
        operation: str,
        expected: str,
        access_key_id: UUID | None,
        call: Callable[[], Any],
        wrong: dict[str, list[str]] | None = None,
        asked_for: str = "",
    ) -> Any:
        """Do it, compare how it ends with what the model expects, and write both into the model's log."""
        known = self.living.get(access_key_id) if access_key_id else None
        name = known.name if known else asked_for
        outcome = "refused" if expected else "succeeded"
        self.log.append(Told(ACTION[operation], outcome, expected, access_key_id, name))
        try:
            done = call()
        except ValidationError as refusal:
            assert codes(refusal) == wrong
            assert expected == next(iter(codes(refusal).values()))[0]
            return None
        except AccessKeyError as refusal:
            assert refusal.code == expected
            return None
        assert not expected
        return done


@pytest.mark.django_db
def test_the_services_do_what_the_model_does() -> None:
    AccessKeys.operators = {
        role: proven(OperatorFactory(roles=[role]), address=None) for role in ("Viewers", "Operators")
    }
    run_state_machine_as_test(AccessKeys, settings=settings(max_examples=30, stateful_step_count=30))
