"""The same machine, which also hands keys over, opens links and takes them back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings as effort
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, invariant, multiple, rule, run_state_machine_as_test
from pytest_django import Settings

from accesskeys import operations
from accesskeys.core.exceptions import HandOverClosed
from accesskeys.models import HandOver
from accesskeys.operations.actors import Actor
from tests.factories import OperatorFactory, proven
from tests.operations.test_stateful import AccessKeys

MOST_OPEN = 2
RECIPIENT = Actor.for_recipient(address="198.51.100.9")

people = st.none() | st.sampled_from(["Viewers", "Operators"])


@dataclass(eq=False)
class Link:
    """What the model remembers of a link. ``became`` is what was done with it: opened, taken_back, or nothing."""

    access_key_id: UUID
    number: int
    secret: str
    expires_at: datetime
    became: str = ""

    def closed_by(self, now: datetime) -> str:
        return self.became or ("expired" if self.expires_at <= now else "")


class HandedOverAccessKeys(AccessKeys):
    links = Bundle("links")

    def __init__(self) -> None:
        super().__init__()
        self.made: list[Link] = []

    def links_of(self, access_key_id: UUID) -> list[Link]:
        return [link for link in self.made if link.access_key_id == access_key_id]

    def unusable(self, access_key_id: UUID) -> str:
        known = self.living[access_key_id]
        is_expired = known.expires_at is not None and known.expires_at <= self.now
        return "suspended" if known.suspended_at else "expired" if is_expired else ""

    @rule(target=links, access_key_id=AccessKeys.ids, hours=st.sampled_from([0, 1, 24, 169]), asker=people)
    def hand_over(self, access_key_id: UUID, hours: int, asker: Any) -> Any:
        wrong = {"hours": ["invalid"]} if hours in {0, 169} else {}
        expected = self.refusal("hand_over", asker, wrong, access_key_id)
        if not expected:
            are_open = [link for link in self.links_of(access_key_id) if not link.closed_by(self.now)]
            expected = self.unusable(access_key_id) or ("too_many" if len(are_open) >= MOST_OPEN else "")
        made = self.attempt(
            "hand_over",
            expected,
            access_key_id,
            lambda: operations.hand_over(access_key_id=access_key_id, hours=hours, actor=self.actor(asker)),
            wrong,
        )
        if made is None:
            return multiple()
        number = len(self.links_of(access_key_id)) + 1
        assert made.hand_over.number == number
        self.made.append(Link(access_key_id, number, made.secret, self.now + timedelta(hours=hours)))
        return self.made[-1]

    @rule(link=links)
    def open(self, link: Link) -> None:
        if link.access_key_id in self.revoked:  # Its links went with it, and nothing is written down.
            with pytest.raises(HandOverClosed) as refusal:
                operations.open_hand_over(secret=link.secret, actor=RECIPIENT)
            assert refusal.value.code == "unknown"
            return
        opened = self.attempt(
            "open_hand_over",
            link.closed_by(self.now) or self.unusable(link.access_key_id),
            link.access_key_id,
            lambda: operations.open_hand_over(secret=link.secret, actor=RECIPIENT),
        )
        if opened is not None:
            known = self.living[link.access_key_id]
            assert opened == (known.name, known.key)
            link.became = "opened"

    @rule(link=links, asker=people)
    def take_back(self, link: Link, asker: Any) -> None:
        expected = self.refusal("take_back", asker, {}, link.access_key_id)
        taken = self.attempt(
            "take_back",
            expected or ("opened" if link.became == "opened" else ""),
            link.access_key_id,
            lambda: operations.take_back(
                access_key_id=link.access_key_id, number=link.number, actor=self.actor(asker)
            ),
        )
        if taken is not None:
            link.became = "taken_back"

    @invariant()
    def the_links_are_those_of_the_model(self) -> None:
        assert {(link.access_key_id, link.number): link.closed_by for link in HandOver.objects.all()} == {
            (link.access_key_id, link.number): link.closed_by(self.now)
            for link in self.made
            if link.access_key_id in self.living
        }


@pytest.mark.django_db
@pytest.mark.usefixtures("own_counters")
def test_the_services_do_what_the_model_does(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "9000000/hour"
    monkeypatch.setattr(import_module("accesskeys.operations.hand_over"), "MOST_OPEN", MOST_OPEN)
    HandedOverAccessKeys.operators = {
        role: proven(OperatorFactory(roles=[role]), address=None) for role in ("Viewers", "Operators")
    }
    run_state_machine_as_test(HandedOverAccessKeys, settings=effort(max_examples=30, stateful_step_count=30))
