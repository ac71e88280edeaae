"""The operator whose own affair it is."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import User

from accesskeys.operations.actors import Actor


def locked(actor: Actor) -> User:
    """The row of the operator who asks. Until the transaction ends, nobody else counts this one's factors."""
    return User.objects.select_for_update().get(pk=cast(User, actor.operator).pk)
