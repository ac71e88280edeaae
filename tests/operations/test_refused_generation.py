"""A refused generation is written down with the name that was asked for, unless it is no name."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from accesskeys import operations
from accesskeys.core.exceptions import InsufficientScope
from accesskeys.models import AuditEvent
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.helpers import audit_log

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize(
    ("name", "scopes", "reason", "kept"),
    [
        ("taken", [], "unique", "taken"),
        ("free", ["?"], "invalid_scope", "free"),
        ("two words", [], "invalid", ""),
        ("ica_" + "a1B2" * 6, ["?"], "invalid_scope", ""),
    ],
)
def test_a_wrong_wish(
    command: Actor, name: str, scopes: list[str], reason: str, kept: str, many: bool
) -> None:
    AccessKeyFactory(name="taken")
    if many:
        operations.generate_many(wishes=[operations.Wish(name, scopes)], actor=command)
    else:
        with pytest.raises(ValidationError):
            operations.generate(name=name, scopes=scopes, actor=command)
    assert audit_log()[-1] == ("access_key.generated", "refused", reason, None, kept)


def test_a_scope_that_is_not_to_be_given() -> None:
    caller = Actor.for_access_key(AccessKeyFactory(scopes=["access_keys:write"]), address=None)
    with pytest.raises(InsufficientScope):
        operations.generate(name="new", scopes=["orders:read"], actor=caller)
    assert audit_log()[-1] == ("access_key.generated", "refused", "insufficient_scope", None, "new")


def test_a_pasted_key_is_no_name(command: Actor) -> None:
    key = key_of(AccessKeyFactory())
    for pasted in (key, key[:31]):
        with pytest.raises(ValidationError):
            operations.generate(name=pasted, actor=command)
        assert AuditEvent.objects.latest("id").access_key_name == ""
