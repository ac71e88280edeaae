"""Copying a key is showing it to a clipboard: the same right, and an event of its own."""

from __future__ import annotations

import pytest
from django.db import DatabaseError

from accesskeys import operations
from accesskeys.core.exceptions import Forbidden, IntegrityFailure, NotFound
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, OperatorFactory, key_of, proven
from tests.helpers import audit_log, refusing_inserts

pytestmark = pytest.mark.django_db


def copy(access_key: AccessKey, actor: Actor) -> str:
    return operations.reveal(access_key_id=access_key.pk, actor=actor, to_copy=True)


def operator(*roles: str) -> Actor:
    return proven(OperatorFactory(roles=roles), address=None)


def test_it_is_written_down_as_what_it_is() -> None:
    access_key = AccessKeyFactory(name="billing")
    assert copy(access_key, operator("Operators")) == key_of(access_key)
    assert audit_log()[-1] == ("access_key.copied", "succeeded", "", access_key.pk, "billing")
    operations.reveal(access_key_id=access_key.pk, actor=operator("Operators"))
    assert audit_log()[-1].action == "access_key.shown"


def test_it_takes_the_right_to_show() -> None:
    access_key = AccessKeyFactory(name="billing")
    with pytest.raises(Forbidden):
        copy(access_key, operator("Viewers"))
    assert audit_log()[-1] == ("access_key.copied", "refused", "permission_denied", access_key.pk, "billing")


def test_no_program_has_a_clipboard() -> None:
    access_key = AccessKeyFactory(name="billing")
    caller = AccessKeyFactory(scopes=["access_keys:reveal"])
    with pytest.raises(Forbidden) as refusal:
        copy(access_key, Actor.for_access_key(caller, address=None))
    assert refusal.value.code == "permission_denied"


def test_what_cannot_be_copied_is_written_down_as_tried() -> None:
    gone, damaged = AccessKeyFactory(), AccessKeyFactory(name="damaged")
    operations.revoke(access_key_id=gone.pk, actor=Actor.for_command())
    AccessKey.objects.filter(pk=damaged.pk).update(sealed=b"?" * 84)
    with pytest.raises(NotFound):
        copy(gone, operator("Operators"))
    assert audit_log()[-1] == ("access_key.copied", "refused", "not_found", gone.pk, "")
    with pytest.raises(IntegrityFailure):
        copy(damaged, operator("Operators"))
    assert audit_log()[-1] == ("access_key.copied", "failed", "integrity_failure", damaged.pk, "damaged")


@pytest.mark.django_db(transaction=True)
def test_what_cannot_be_written_down_is_not_copied() -> None:
    access_key = AccessKeyFactory()
    with refusing_inserts("accesskeys_auditevent"), pytest.raises(DatabaseError, match="refused"):
        copy(access_key, Actor.for_command())
