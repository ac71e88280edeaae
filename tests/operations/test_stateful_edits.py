"""The same machine, which also changes scopes, expiry and facts in place."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import rule, run_state_machine_as_test

from accesskeys import operations
from tests.factories import OperatorFactory, proven
from tests.operations.test_stateful import AccessKeys, askers, scopes


class EditedAccessKeys(AccessKeys):
    @rule(access_key_id=AccessKeys.ids, wished=scopes, asker=askers)
    def rescope(self, access_key_id: UUID, wished: set[str], asker: Any) -> None:
        lacking = isinstance(asker, frozenset) and not wished <= asker
        expected = self.refusal("rescope", asker, {}, access_key_id)
        rescoped = self.attempt(
            "rescope",
            expected or ("insufficient_scope" if lacking else ""),
            access_key_id,
            lambda: operations.rescope(access_key_id=access_key_id, scopes=wished, actor=self.actor(asker)),
        )
        if rescoped is not None:
            self.living[access_key_id].scopes = sorted(wished)

    @rule(access_key_id=AccessKeys.ids, minutes=st.none() | st.sampled_from([-1, 0, 1, 60]), asker=askers)
    def extend(self, access_key_id: UUID, minutes: int | None, asker: Any) -> None:
        expires_at = None if minutes is None else self.now + timedelta(minutes=minutes)
        known = self.living.get(access_key_id)
        is_same = known is not None and known.expires_at == expires_at
        is_past = expires_at is not None and expires_at <= self.now
        wrong = {"expires_at": ["not_in_future"]} if is_past and not is_same else {}
        extended = self.attempt(
            "extend",
            self.refusal("extend", asker, wrong, access_key_id),
            access_key_id,
            lambda: operations.extend(
                access_key_id=access_key_id, expires_at=expires_at, actor=self.actor(asker)
            ),
            wrong,
        )
        if extended is not None:
            assert known is not None
            had_expired = known.expires_at is not None and known.expires_at <= self.now
            assert extended.works_again == (had_expired and not is_past and known.suspended_at is None)
            known.expires_at = expires_at

    @rule(
        access_key_id=AccessKeys.ids,
        owner=st.sampled_from(["", "Zahlungen", "a\nb", "o" * 151]),
        asker=askers,
    )
    def describe(self, access_key_id: UUID, owner: str, asker: Any) -> None:
        codes = {"a\nb": "invalid", "o" * 151: "max_length"}
        wrong = {"owner": [codes[owner]]} if owner in codes else {}
        described = self.attempt(
            "describe",
            self.refusal("describe", asker, wrong, access_key_id),
            access_key_id,
            lambda: operations.describe(access_key_id=access_key_id, owner=owner, actor=self.actor(asker)),
            wrong,
        )
        if described is not None:
            self.living[access_key_id].owner = owner


@pytest.mark.django_db
def test_the_services_do_what_the_model_does() -> None:
    EditedAccessKeys.operators = {
        role: proven(OperatorFactory(roles=[role]), address=None) for role in ("Viewers", "Operators")
    }
    run_state_machine_as_test(EditedAccessKeys, settings=settings(max_examples=30, stateful_step_count=30))
