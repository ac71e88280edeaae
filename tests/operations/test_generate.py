"""Generating: what it changes, what it refuses, and that a refusal changes nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.utils import timezone
from hypothesis import given

from accesskeys import operations, verification
from accesskeys.core import keys
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import codes, refusing_inserts, stored
from tests.strategies import ANY_TEXT, is_a_name

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class TestGenerate:
    def test_a_name_alone_is_enough(self, command: Actor) -> None:
        access_key, key = operations.generate(name="billing", actor=command)
        assert keys.parse(key)
        assert verification.authenticate(key) == access_key
        assert operations.reveal(access_key_id=access_key.pk, actor=command) == key
        assert (access_key.name, access_key.scopes, access_key.expires_at, access_key.last_used_at) == (
            "billing",
            [],
            None,
            None,
        )
        assert access_key.created_by == "manage.py"
        assert timezone.now() - access_key.created_at < timedelta(minutes=1)

    def test_what_is_returned_is_what_is_stored(self, command: Actor) -> None:
        expires_at = timezone.now() + timedelta(days=90)
        access_key, _ = operations.generate(
            name="billing", actor=command, scopes=["orders:write", "orders:read"], expires_at=expires_at
        )
        again = AccessKey.objects.get()
        assert again.pk == access_key.pk
        assert (again.name, again.scopes, again.expires_at, again.created_at, again.created_by) == (
            access_key.name,
            access_key.scopes,
            access_key.expires_at,
            access_key.created_at,
            access_key.created_by,
        )
        assert again.expires_at == expires_at

    def test_each_key_is_new(self) -> None:
        made = AccessKeyFactory.create_batch(20)
        assert len({key_of(access_key) for access_key in made}) == 20
        assert len({access_key.pk for access_key in made}) == 20

    @given(ANY_TEXT)
    def test_any_text_is_a_name_exactly_when_it_keeps_the_rule(self, command: Actor, name: str) -> None:
        before = AccessKey.objects.count()
        if is_a_name(name):
            access_key, _ = operations.generate(name=name, actor=command)
            assert AccessKey.objects.get(name=name) == access_key
            operations.revoke(access_key_id=access_key.pk, actor=command)
        else:
            with pytest.raises(ValidationError) as refusal:
                operations.generate(name=name, actor=command)
            assert codes(refusal.value) == {"name": ["invalid"]}
            event = AuditEvent.objects.latest("id")
            assert (event.outcome, event.reason, event.access_key_name) == ("refused", "invalid", "")
        assert AccessKey.objects.count() == before

    def test_a_taken_name_is_refused(self, command: Actor) -> None:
        first = AccessKeyFactory(name="billing")
        row = stored(first.pk)
        with pytest.raises(ValidationError) as refusal:
            operations.generate(name="billing", actor=command)
        assert codes(refusal.value) == {"name": ["unique"]}
        assert refusal.value.messages == ["Another access key has this name. Choose a different one."]
        assert (AccessKey.objects.count(), stored(first.pk)) == (1, row)

    def test_no_other_integrity_error_is_called_a_taken_name(self, command: Actor) -> None:
        AccessKeyFactory(name="first")
        with refusing_inserts("accesskeys_accesskey"), pytest.raises(IntegrityError, match="refused"):
            operations.generate(name="second", actor=command)
        assert not AccessKey.objects.filter(name="second").exists()

    def test_everything_wrong_is_said_at_once(self, command: Actor) -> None:
        with pytest.raises(ValidationError) as refusal:
            operations.generate(name="", actor=command, scopes=["Orders"], expires_at=timezone.now())
        assert codes(refusal.value) == {
            "name": ["invalid"],
            "scopes": ["invalid_scope"],
            "expires_at": ["not_in_future"],
        }
        assert AuditEvent.objects.get().details == {"errors": codes(refusal.value)}
        assert not AccessKey.objects.exists()

    @pytest.mark.parametrize("distance", [timedelta(0), timedelta(microseconds=-1), timedelta(days=-400)])
    def test_no_access_key_is_born_expired(
        self, command: Actor, time_machine: Any, distance: timedelta
    ) -> None:
        time_machine.move_to(NOW, tick=False)
        with pytest.raises(ValidationError) as refusal:
            operations.generate(name="billing", actor=command, expires_at=NOW + distance)
        assert codes(refusal.value) == {"expires_at": ["not_in_future"]}
        assert refusal.value.messages == ["Choose a time in the future."]

    def test_a_microsecond_is_a_life(self, command: Actor, time_machine: Any) -> None:
        time_machine.move_to(NOW, tick=False)
        access_key, key = operations.generate(
            name="billing", actor=command, expires_at=NOW + timedelta(microseconds=1)
        )
        assert verification.authenticate(key) == access_key
