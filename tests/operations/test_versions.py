"""The version of an access key, by which somebody says what they have seen."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accesskeys import operations
from accesskeys.core.exceptions import PreconditionFailed
from accesskeys.models import DESCRIPTION, AccessKey
from accesskeys.operations import version_of
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory
from tests.helpers import stored

pytestmark = pytest.mark.django_db

OTHERS: dict[str, Any] = {
    "name": "another",
    "scopes": ["a"],
    "allowed_networks": ["10.0.0.0/8"],
    "rate_limit": "1/hour",
    "created_at": timezone.now() - timedelta(days=9),
    "created_by": "another",
    "expires_at": timezone.now() + timedelta(days=9),
    "suspended_at": timezone.now(),
    "description": "another",
    "owner": "another",
    "labels": {"a": "b"},
}


def test_the_same_for_the_same(command: Actor) -> None:
    access_key = AccessKeyFactory(expires_at=OTHERS["expires_at"], labels={"b": "1", "a": "2", "longer": "3"})
    assert version_of(access_key) == version_of(AccessKey.objects.get(pk=access_key.pk))


@pytest.mark.parametrize("field", sorted({*DESCRIPTION} - {"id", "last_used_at"}))
def test_another_for_each_that_is_told(field: str) -> None:
    access_key = AccessKeyFactory()
    before = version_of(access_key)
    setattr(access_key, field, OTHERS[field])
    assert version_of(access_key) != before


def test_two_access_keys_have_two() -> None:
    one, other = AccessKeyFactory.create_batch(2)
    other.name, other.created_at = one.name, one.created_at
    assert version_of(one) != version_of(other)


@pytest.mark.parametrize(
    "change",
    [
        lambda **kwargs: operations.change(wished={"owner": "me", "name": "mine"}, **kwargs),
        lambda **kwargs: operations.change(wished={}, **kwargs),
        lambda **kwargs: operations.limit(allowed_networks=[], rate_limit="1/hour", **kwargs),
        lambda **kwargs: operations.describe(owner="me", **kwargs),
        operations.suspend,
        operations.resume,
        operations.revoke,
    ],
)
def test_only_what_is_expected_is_changed(change: Any, command: Actor) -> None:
    access_key = AccessKeyFactory()
    before, seen = stored(access_key.pk), version_of(access_key)
    for expected in ([], ["another"]):
        with pytest.raises(PreconditionFailed):
            change(access_key_id=access_key.pk, actor=command, expected=expected)
    assert stored(access_key.pk) == before
    change(access_key_id=access_key.pk, actor=command, expected=["another", seen])
