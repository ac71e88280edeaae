"""Renaming."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given

from accesskeys import operations, verification
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log, codes, stored
from tests.strategies import ANY_TEXT, is_a_name

pytestmark = pytest.mark.django_db


class TestRename:
    def test_changes_the_name_and_nothing_else(self, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing", scopes=["orders:read"])
        row = stored(access_key.pk)
        renamed = operations.rename(access_key_id=access_key.pk, name="shipping", actor=command)
        assert (renamed.pk, renamed.name) == (access_key.pk, "shipping")
        assert stored(access_key.pk) == {**row, "name": "shipping"}
        assert verification.authenticate(key_of(access_key)).name == "shipping"
        assert operations.reveal(access_key_id=access_key.pk, actor=command) == key_of(access_key)

    def test_frees_the_old_name(self, command: Actor) -> None:
        operations.rename(access_key_id=AccessKeyFactory(name="billing").pk, name="shipping", actor=command)
        AccessKeyFactory(name="billing")
        assert set(AccessKey.objects.values_list("name", flat=True)) == {"billing", "shipping"}

    def test_to_its_own_name_or_another_case_is_allowed(self, command: Actor) -> None:
        access_key = AccessKeyFactory(name="billing")
        for name in ("billing", "Billing"):
            assert operations.rename(access_key_id=access_key.pk, name=name, actor=command).name == name

    @given(ANY_TEXT)
    def test_any_text_is_a_name_exactly_when_it_keeps_the_rule(self, command: Actor, name: str) -> None:
        access_key = AccessKeyFactory()
        if is_a_name(name):
            operations.rename(access_key_id=access_key.pk, name=name, actor=command)
            assert stored(access_key.pk)["name"] == name
        else:
            with pytest.raises(ValidationError) as refusal:
                operations.rename(access_key_id=access_key.pk, name=name, actor=command)
            assert codes(refusal.value) == {"name": ["invalid"]}
            assert audit_log()[-1] == (
                "access_key.renamed",
                "refused",
                "invalid",
                access_key.pk,
                access_key.name,
            )
            assert stored(access_key.pk)["name"] == access_key.name
        operations.revoke(access_key_id=access_key.pk, actor=command)

    def test_to_a_taken_name_is_refused(self, command: Actor) -> None:
        access_key, other = AccessKeyFactory(name="billing"), AccessKeyFactory(name="shipping")
        rows = stored(access_key.pk), stored(other.pk)
        with pytest.raises(ValidationError) as refusal:
            operations.rename(access_key_id=access_key.pk, name="shipping", actor=command)
        assert codes(refusal.value) == {"name": ["unique"]}
        assert (stored(access_key.pk), stored(other.pk)) == rows
        assert audit_log()[-1] == ("access_key.renamed", "refused", "unique", access_key.pk, "billing")
