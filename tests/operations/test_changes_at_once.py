"""Changes in place while others change or revoke the same access key, on whichever database the run uses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from accesskeys import operations
from accesskeys.core.exceptions import NotFound
from accesskeys.models import AccessKey
from accesskeys.operations import RevokedAccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import at_once, audit_log, stored
from tests.operations.changing import told

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = 8
EXPIRY = timezone.now() + timedelta(days=9)

CHANGES: dict[str, Callable[[UUID, Actor], Any]] = {
    "rescoped": lambda pk, actor: operations.rescope(access_key_id=pk, scopes=["a"], actor=actor),
    "extended": lambda pk, actor: operations.extend(access_key_id=pk, expires_at=EXPIRY, actor=actor),
    "described": lambda pk, actor: operations.describe(access_key_id=pk, owner="team", actor=actor),
    "renamed": lambda pk, actor: operations.change(
        access_key_id=pk, wished={"name": "changed", "rate_limit": "1/hour"}, actor=actor
    ),
}


def test_nothing_brings_back_what_is_being_revoked(command: Actor) -> None:
    for _ in range(ROUNDS):
        pk = AccessKeyFactory().pk
        revoked, *changed = at_once(
            [
                lambda: operations.revoke(access_key_id=pk, actor=command),  # noqa: B023
                *(lambda change=change: change(pk, command) for change in CHANGES.values()),  # noqa: B023
            ]
        )
        assert isinstance(revoked, RevokedAccessKey), revoked
        assert stored(pk) == {}
        events = [each for each in audit_log() if each.access_key_id == pk]
        done = [each.action for each in events if each.outcome == "succeeded"]
        assert done[-1] == "access_key.revoked"
        for kind, result in zip(CHANGES, changed, strict=True):
            assert isinstance(result, NotFound) != (f"access_key.{kind}" in done), (kind, result)
    assert not AccessKey.objects.exists()


def test_of_many_changes_each_tells_what_was_before_it(command: Actor) -> None:
    pk = AccessKeyFactory().pk
    wished = [f"team {number}" for number in range(8)]
    results = at_once(
        [
            lambda owner=owner: operations.describe(access_key_id=pk, owner=owner, actor=command)
            for owner in wished
        ]
    )
    assert all(isinstance(result, AccessKey) for result in results), results
    steps = [(each[2]["owner"]["before"], each[2]["owner"]["after"]) for each in told("described")]
    assert [before for before, _ in steps] == ["", *(after for _, after in steps[:-1])]
    assert steps[-1][1] == stored(pk)["owner"]
    assert sorted(after for _, after in steps) == wished
