"""Revoking."""

from __future__ import annotations

import pytest

from accesskeys import operations, verification
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


class TestRevoke:
    def test_deletes_the_row_and_refuses_the_key(self, command: Actor) -> None:
        access_key, other = AccessKeyFactory(name="billing"), AccessKeyFactory()
        revoked = operations.revoke(access_key_id=access_key.pk, actor=command)
        assert revoked == (access_key.pk, "billing")
        assert list(AccessKey.objects.all()) == [other]
        with pytest.raises(InvalidKey) as refusal:
            verification.authenticate(key_of(access_key))
        assert refusal.value.reason == "unknown"
        assert verification.authenticate(key_of(other)) == other

    def test_frees_the_name_and_not_the_key(self, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing")
        operations.revoke(access_key_id=access_key.pk, actor=command)
        again = AccessKeyFactory(name="billing")
        assert again.pk != access_key.pk
        with pytest.raises(InvalidKey):
            verification.authenticate(key_of(access_key))

    def test_an_expired_one_can_go_too(self, command: Actor) -> None:
        operations.revoke(access_key_id=AccessKeyFactory(expired=True).pk, actor=command)
        assert not AccessKey.objects.exists()
