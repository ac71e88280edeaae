"""Change an access key in place: any of what can be changed, all of it in one step or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, Final, NamedTuple, cast

from accesskeys.core.moments import written
from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.find import lock
from accesskeys.operations.keeping import as_kept
from accesskeys.operations.policy import RULES, Operation
from accesskeys.operations.validation import name_is_unique, validate
from accesskeys.operations.versions import check_version

Fields = Mapping[str, Any]

# Which operation sets which fields.
KINDS: Final[Mapping[Operation, tuple[str, ...]]] = MappingProxyType(
    {
        Operation.RENAME: ("name",),
        Operation.RESCOPE: ("scopes",),
        Operation.EXTEND: ("expires_at",),
        Operation.LIMIT: ("allowed_networks", "rate_limit"),
        Operation.DESCRIBE: ("description", "owner", "labels"),
    }
)


class Changed(NamedTuple):
    """The access key as it is now, and whether it had expired and works again from now on."""

    access_key: AccessKey
    works_again: bool


def change(
    *, access_key_id: uuid.UUID, wished: Fields, actor: Actor, expected: Collection[str] | None = None
) -> Changed:
    """Set these fields and leave the others as they are. To set none is allowed, and nothing to write down.

    Each kind of change takes what its operation takes, raises what it raises, and has an event of its own. Raises
    PreconditionFailed unless the access key is one of the expected versions; see ``version_of``.
    """
    return perform(kinds_of(wished), access_key_id=access_key_id, actor=actor, expected=expected)


def kinds_of(wished: Fields) -> dict[Operation, Fields]:
    """The operations that set these fields. To set none is to describe it by nothing."""
    kinds: dict[Operation, Fields] = {
        operation: {name: wished[name] for name in names if name in wished}
        for operation, names in KINDS.items()
        if not wished.keys().isdisjoint(names)
    }
    return kinds or {Operation.DESCRIBE: {}}


def perform(
    kinds: Mapping[Operation, Fields],
    *,
    access_key_id: uuid.UUID,
    actor: Actor,
    expected: Collection[str] | None = None,
) -> Changed:
    """Do these operations, each of which sets some fields of one access key."""
    for operation in kinds:
        policy.authorize(actor, operation, access_key_id=access_key_id)
    wished = as_kept({name: value for fields in kinds.values() for name, value in fields.items()})
    events = {
        operation: audit.Entry(
            cast(Action, RULES[operation].action), actor, access_key_id, fields=frozenset(fields)
        )
        for operation, fields in kinds.items()
    }
    with audit.together(events.values()) as docket:
        access_key = lock(access_key_id)
        docket.concerns(access_key)
        for operation, event in events.items():
            with docket.at_hand(event):
                policy.check_reach(actor, operation, access_key)
        check_version(access_key, expected)
        had_expired = access_key.is_expired
        before = {name: getattr(access_key, name) for name in wished}
        _set(access_key, {name: value for name, value in wished.items() if value != before[name]})
        if Operation.RESCOPE in events:
            with docket.at_hand(events[Operation.RESCOPE]):
                policy.check_grant(actor, access_key.scopes)
        with name_is_unique():
            # An UPDATE of these columns, never save(): a row that is gone stays gone.
            AccessKey.objects.filter(pk=access_key_id).update(**wished)
        docket.concerns(access_key)
        for operation, event in events.items():
            event.details = {
                name: {"before": _told(before[name]), "after": _told(wished[name])}
                for name in kinds[operation]
            }
        if not wished:
            docket.entries = ()
    return Changed(access_key, had_expired and access_key.is_usable)


def _set(access_key: AccessKey, changed: Fields) -> None:
    """What stays as it is is no mistake, even an expiry that has passed."""
    for name, value in changed.items():
        setattr(access_key, name, value)
    validate(access_key, *changed)


def _told(value: Any) -> Any:
    return written(value) if isinstance(value, datetime) else value
