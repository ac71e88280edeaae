"""The operations. Pages, endpoints and commands all call these, and nothing else changes an access key.

Each one authorizes, decides, changes and audits, in one transaction that is committed when it returns. They know
no request and no response. Wrong input is a ValidationError; everything else is in ``exceptions``.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accesskeys import audit, conf, keyring, keys, policy
from accesskeys.actors import Actor
from accesskeys.exceptions import IntegrityFailure, InvalidKey, NotFound
from accesskeys.models import AccessKey, AccessKeyQuerySet, Action
from accesskeys.policy import Operation
from accesskeys.validators import is_name

logger = logging.getLogger("accesskeys.authentication")

# How SQLite and PostgreSQL (whatever its language) say that the name is there already.
_NAME_IS_TAKEN = re.compile(r"UNIQUE.*accesskey\.name\b|\(name\)=")


class RevokedAccessKey(NamedTuple):
    """What is left to say about an access key after it is gone."""

    id: uuid.UUID
    name: str


def generate(
    *, name: str, actor: Actor, scopes: Iterable[str] = (), expires_at: datetime | None = None
) -> tuple[AccessKey, str]:
    """Generate an access key; returns it and its key.

    Raises ValidationError on ``name`` (``invalid``, ``unique``), ``scopes`` or ``expires_at``, InsufficientScope
    when the actor is a key that lacks one of the scopes, and Forbidden.
    """
    policy.authorize(actor, Operation.GENERATE)
    with audit.operation(Action.GENERATED, actor=actor) as event:
        access_key = AccessKey(
            name=name, scopes=sorted(set(scopes)), expires_at=expires_at, created_by=actor.label
        )
        key = _furnish(access_key)
        _validate(access_key, "name", "scopes", "expires_at")
        policy.check_grant(actor, access_key.scopes)
        with _name_is_unique():
            access_key.save(force_insert=True)
        event.concerns(access_key)
        event.details = {
            "scopes": access_key.scopes,
            "expires_at": expires_at.isoformat() if expires_at else None,
        }
    return access_key, key


def reveal(*, access_key_id: uuid.UUID, actor: Actor) -> str:
    """Show a key. The audit event is committed before the key leaves.

    Raises NotFound, Forbidden, or IntegrityFailure when the sealed key does not open to what the digest names.
    """
    policy.authorize(actor, Operation.REVEAL, access_key_id=access_key_id)
    with audit.operation(Action.SHOWN, actor=actor, access_key_id=access_key_id) as event:
        access_key = _get(AccessKey.objects.all(), access_key_id)
        event.concerns(access_key)
        key = _unseal(access_key)
    return key


def rename(*, access_key_id: uuid.UUID, name: str, actor: Actor) -> AccessKey:
    """Give an access key another name; its key stays as it is.

    Raises ValidationError on ``name`` (``invalid``, ``unique``), NotFound and Forbidden.
    """
    policy.authorize(actor, Operation.RENAME, access_key_id=access_key_id)
    with audit.operation(Action.RENAMED, actor=actor, access_key_id=access_key_id) as event:
        access_key = _get(AccessKey.objects.described().select_for_update(), access_key_id)
        event.concerns(access_key)
        name_before, access_key.name = access_key.name, name
        _validate(access_key, "name")
        with _name_is_unique():
            # An UPDATE of one column, never save(): a row that is gone stays gone.
            AccessKey.objects.filter(pk=access_key_id).update(name=name)
        event.concerns(access_key)
        event.details = {"name": {"before": name_before, "after": name}}
    return access_key


def revoke(*, access_key_id: uuid.UUID, actor: Actor) -> RevokedAccessKey:
    """Delete an access key for good. When this returns, no process accepts its key any more.

    Raises NotFound and Forbidden.
    """
    policy.authorize(actor, Operation.REVOKE, access_key_id=access_key_id)
    with audit.operation(Action.REVOKED, actor=actor, access_key_id=access_key_id) as event:
        access_key = _get(AccessKey.objects.described().select_for_update(), access_key_id)
        event.concerns(access_key)
        AccessKey.objects.filter(pk=access_key_id).delete()
    return RevokedAccessKey(access_key_id, access_key.name)


def authenticate(key: str, *, address: str | None = None) -> AccessKey:
    """The access key that this key belongs to, read freshly from the database in one statement.

    Raises InvalidKey; its ``reason`` (malformed, forged, unknown, expired) is logged and meant for nobody else.
    """
    try:
        access_key = _decide(key)
    except InvalidKey as refusal:
        logger.info("Key refused: %s, from %s", refusal.reason, address or "an unknown address")
        raise
    record_use(access_key)
    return access_key


def record_use(access_key: AccessKey) -> None:
    """Remember that the key was used: one UPDATE a minute at most, forward only.

    A failure (read-only database, lock) is logged and does not fail the request.
    """
    now = timezone.now()
    due = now - conf.LAST_USED_PRECISION
    if access_key.last_used_at is not None and access_key.last_used_at > due:
        return
    not_yet = Q(last_used_at=None) | Q(last_used_at__lte=due)
    try:
        AccessKey.objects.filter(not_yet, pk=access_key.pk).update(last_used_at=now)
    except DatabaseError:
        logger.warning("The last use of access key %s could not be recorded", access_key.pk, exc_info=True)


def resolve(name_or_id: str) -> uuid.UUID:
    """The id of an access key that a person names either way. A name is never mistaken for an id: it is shorter.

    Raises NotFound for an unknown name; an id is passed on as it is.
    """
    try:
        return uuid.UUID(name_or_id)
    except ValueError:
        pass
    if is_name(name_or_id):  # Anything else, such as a NUL, may be more than the database can be asked for.
        access_key = AccessKey.objects.only("pk").filter(name=name_or_id).first()
        if access_key is not None:
            return access_key.pk
    raise NotFound


def find(name_or_id: str) -> AccessKey:
    """The access key that a person names either way, as it is now; raises NotFound."""
    return _get(AccessKey.objects.described(), resolve(name_or_id))


def _decide(key: str) -> AccessKey:
    if keys.parse(key) is None:
        raise InvalidKey("malformed")
    reason = "forged"
    for master_key in keyring.get_keyring().makers(key):
        digest = master_key.digest(key)
        access_key = AccessKey.objects.defer("sealed").filter(digest=digest).first()
        if access_key is not None and keyring.same(bytes(access_key.digest), digest):
            if not access_key.is_usable:
                raise InvalidKey("expired")
            return access_key
        reason = "unknown"
    raise InvalidKey(reason)


def _furnish(access_key: AccessKey) -> str:
    """Give a new row its digest and its sealed key; returns the key, which the row never holds."""
    ring = keyring.get_keyring()
    key = ring.new_key()
    sealed = ring.current.seal(key, row_id=access_key.pk)
    access_key.digest = ring.current.digest(key)
    access_key.digest_key_id = ring.current.id
    access_key.sealed = sealed.text
    access_key.sealed_key_id = sealed.key_id
    return key


def _unseal(access_key: AccessKey) -> str:
    ring = keyring.get_keyring()
    key = ring.named(access_key.sealed_key_id).open(bytes(access_key.sealed), row_id=access_key.pk)
    if not keyring.same(ring.named(access_key.digest_key_id).digest(key), bytes(access_key.digest)):
        raise IntegrityFailure
    return key


def _get(access_keys: AccessKeyQuerySet, access_key_id: uuid.UUID) -> AccessKey:
    access_key = access_keys.filter(pk=access_key_id).first()
    if access_key is None:
        raise NotFound
    return access_key


def _validate(access_key: AccessKey, *fields: str) -> None:
    """Hold the named fields against the model's rules."""
    others = {field.name for field in access_key._meta.fields}.difference(fields)
    access_key.full_clean(exclude=others, validate_constraints=False)


@contextmanager
def _name_is_unique() -> Iterator[None]:
    """Two doors may take the same name at once; the loser hears what it would have heard a moment later."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _NAME_IS_TAKEN.search(str(error)) is None:
            raise
        message = AccessKey._meta.get_field("name").error_messages["unique"]
        raise ValidationError({"name": ValidationError(message, code="unique")}) from None
