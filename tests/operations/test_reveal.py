"""Showing a key."""

from __future__ import annotations

import pytest

from accesskeys import operations
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, stored

pytestmark = pytest.mark.django_db


class TestReveal:
    def test_shows_the_key_again_and_again(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        shown = [operations.reveal(access_key_id=access_key.pk, actor=command) for _ in range(3)]
        assert shown == [key_of(access_key)] * 3
        assert [told.action for told in audit_log()] == ["access_key.generated"] + ["access_key.shown"] * 3

    def test_changes_nothing(self, command: Actor) -> None:
        access_key = AccessKeyFactory()
        row = stored(access_key.pk)
        operations.reveal(access_key_id=access_key.pk, actor=command)
        assert stored(access_key.pk) == row

    def test_shows_an_expired_key_too(self, command: Actor) -> None:
        access_key = AccessKeyFactory(expired=True)
        assert operations.reveal(access_key_id=access_key.pk, actor=command) == key_of(access_key)
