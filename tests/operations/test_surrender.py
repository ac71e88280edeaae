"""Ending a key by the key itself, where no access key has it any more."""

from __future__ import annotations

import pytest

from accesskeys import operations
from accesskeys.core.exceptions import InvalidKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log

pytestmark = pytest.mark.django_db


def test_a_key_whose_access_key_was_revoked_belongs_to_none(command: Actor) -> None:
    access_key = AccessKeyFactory()
    key = key_of(access_key)
    operations.revoke(access_key_id=access_key.pk, actor=command)
    events = audit_log()
    with pytest.raises(InvalidKey) as refusal:
        operations.surrender(key=key, address=None)
    assert (refusal.value.reason, audit_log()) == ("unknown", events)
