"""Find the access key that a key belongs to."""

from __future__ import annotations

from accesskeys.core import keyring
from accesskeys.core.exceptions import InvalidKey, UnknownKey
from accesskeys.models import AccessKey, Action
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation


def find_by_key(*, key: str, actor: Actor) -> AccessKey:
    """The access key that somebody holds the key of, usable or not. That is no use of it.

    Raises UnknownKey, which is a NotFound, and Forbidden.
    """
    policy.authorize(actor, Operation.FIND)
    with audit.operation(Action.FOUND, actor=actor) as event:
        try:
            access_key = keyring.get_keyring().find(key, _by_digest)
        except InvalidKey as refusal:
            raise UnknownKey(refusal.reason) from None
        event.concerns(access_key)
    return access_key


def _by_digest(digest: bytes) -> AccessKey | None:
    access_keys = AccessKey.objects.described()
    # Two questions: one for both tables would read the larger of them whole.
    return access_keys.filter(digest=digest).first() or access_keys.filter(rotation__digest=digest).first()
