"""Suspend an access key, and resume it."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.utils import timezone

from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.policy import Operation
from accesskeys.operations.versions import check_version


def suspend(*, access_key_id: uuid.UUID, actor: Actor, expected: Collection[str] | None = None) -> AccessKey:
    """Refuse the key from now on, until it is resumed. A second time changes nothing.

    Raises NotFound, Forbidden, and PreconditionFailed unless the access key is one of the expected versions.
    """
    return _switch(
        Operation.SUSPEND, Action.SUSPENDED, access_key_id, actor, expected, suspended_at=timezone.now()
    )


def resume(*, access_key_id: uuid.UUID, actor: Actor, expected: Collection[str] | None = None) -> AccessKey:
    """Accept the key of a suspended access key again. A second time changes nothing.

    Raises NotFound, Forbidden, and PreconditionFailed unless the access key is one of the expected versions.
    """
    return _switch(Operation.RESUME, Action.RESUMED, access_key_id, actor, expected, suspended_at=None)


def _switch(
    operation: Operation,
    action: Action,
    access_key_id: uuid.UUID,
    actor: Actor,
    expected: Collection[str] | None,
    *,
    suspended_at: datetime | None,
) -> AccessKey:
    policy.authorize(actor, operation, access_key_id=access_key_id)
    with audit.operation(action, actor=actor, access_key_id=access_key_id) as event:
        access_key = lock(access_key_id)
        event.concerns(access_key)
        policy.check_reach(actor, operation, access_key)
        check_version(access_key, expected)
        if access_key.is_suspended != (suspended_at is not None):
            access_key.suspended_at = suspended_at
            AccessKey.objects.filter(pk=access_key_id).update(suspended_at=suspended_at)
    return access_key
