"""The operations. Pages, endpoints and commands all call these, and nothing else changes an access key.

Each one authorizes, decides, changes and audits, in one transaction that is committed when it returns. They know
no request and no response. Wrong input is a ValidationError; everything else is in ``exceptions``.
"""

from __future__ import annotations

import logging
import re
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

from django.core.exceptions import ValidationError
from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from accesskeys import audit, conf, decision, keyring, keys, policy, rate_limits, refusal_log
from accesskeys.actors import Actor
from accesskeys.exceptions import IntegrityFailure, InvalidKey, NotFound, RateLimited
from accesskeys.models import AccessKey, AccessKeyQuerySet, Action
from accesskeys.models.finding import find_by_digest
from accesskeys.policy import Operation
from accesskeys.validators import is_name

logger = logging.getLogger("accesskeys.authentication")

# How SQLite and PostgreSQL (whatever its language) say that the name is there already.
_NAME_IS_TAKEN = re.compile(r"UNIQUE.*accesskey\.name\b|\(name\)=")

_WISHED = ("name", "scopes", "expires_at")


class RevokedAccessKey(NamedTuple):
    """What is left to say about an access key after it is gone."""

    id: uuid.UUID
    name: str


class Wish(NamedTuple):
    """An access key that somebody would like to have."""

    name: str
    scopes: Sequence[str] = ()
    expires_at: datetime | None = None


class Generated(NamedTuple):
    """An access key and its key."""

    access_key: AccessKey
    key: str


def generate(
    *, name: str, actor: Actor, scopes: Iterable[str] = (), expires_at: datetime | None = None
) -> tuple[AccessKey, str]:
    """Generate an access key; returns it and its key.

    Raises ValidationError on ``name`` (``invalid``, ``unique``), ``scopes`` or ``expires_at``, InsufficientScope
    when the actor is a key that lacks one of the scopes, and Forbidden.
    """
    policy.authorize(actor, Operation.GENERATE)
    with audit.operation(Action.GENERATED, actor=actor) as event:
        access_key = _draft(Wish(name, tuple(scopes), expires_at), actor)
        key = _furnish(access_key)
        _validate(access_key, *_WISHED)
        policy.check_grant(actor, access_key.scopes)
        with _name_is_unique():
            access_key.save(force_insert=True)
        event.concerns(access_key)
        event.details = _generated(access_key)
    _defer(access_key)
    return access_key, key


def generate_many(*, wishes: Sequence[Wish], actor: Actor) -> list[Generated | ValidationError]:
    """Generate these access keys in one transaction; returns for each wish what it became, or why it did not.

    The rules are those of ``generate``. A wish that breaks one leaves the others alone, and has its event like
    them. Raises Forbidden, or InsufficientScope when the actor lacks one of the scopes: then there is none.
    """
    policy.authorize(actor, Operation.GENERATE)
    # Made ahead of the transaction, so that other writers wait for the rows alone.
    drafts = [_draft(wish, actor) for wish in wishes]
    made = [Generated(draft, _furnish(draft)) for draft in drafts]
    with audit.operations(Action.GENERATED, actor=actor) as ledger:
        policy.check_grant(actor, {scope for draft in drafts for scope in draft.scopes})
        refusals = _insert(drafts)
        for draft, refusal in zip(drafts, refusals, strict=True):
            if refusal:
                ledger.refused(refusal)
            else:
                ledger.succeeded(draft, _generated(draft))
                _defer(draft)
    return [refusal or one for refusal, one in zip(refusals, made, strict=True)]


def foresee(*, wishes: Sequence[Wish], actor: Actor) -> list[ValidationError | None]:
    """What ``generate_many`` would refuse now. Nothing changes, and nothing is written down but a Forbidden."""
    policy.authorize(actor, Operation.GENERATE)
    return _refusals([_draft(wish, actor) for wish in wishes])


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
        access_key = _lock(access_key_id)
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
        access_key = _lock(access_key_id)
        event.concerns(access_key)
        AccessKey.objects.filter(pk=access_key_id).delete()
    return RevokedAccessKey(access_key_id, access_key.name)


def suspend(*, access_key_id: uuid.UUID, actor: Actor) -> AccessKey:
    """Refuse the key from now on, until it is resumed. A second time changes nothing.

    Raises NotFound and Forbidden.
    """
    return _switch(Operation.SUSPEND, Action.SUSPENDED, access_key_id, actor, suspended_at=timezone.now())


def resume(*, access_key_id: uuid.UUID, actor: Actor) -> AccessKey:
    """Accept the key of a suspended access key again. A second time changes nothing.

    Raises NotFound and Forbidden.
    """
    return _switch(Operation.RESUME, Action.RESUMED, access_key_id, actor, suspended_at=None)


def limit(
    *, access_key_id: uuid.UUID, actor: Actor, allowed_networks: Iterable[str], rate_limit: str | None
) -> AccessKey:
    """Set where a key may be used from and how often; no networks: anywhere, no rate limit: as often as one likes.

    Raises ValidationError on ``allowed_networks`` or ``rate_limit``, NotFound and Forbidden.
    """
    policy.authorize(actor, Operation.LIMIT, access_key_id=access_key_id)
    with audit.operation(Action.LIMITED, actor=actor, access_key_id=access_key_id) as event:
        access_key = _lock(access_key_id)
        event.concerns(access_key)
        before = _limits(access_key)
        access_key.allowed_networks = list(dict.fromkeys(allowed_networks))
        access_key.rate_limit = rate_limit or None
        _validate(access_key, *before)
        after = _limits(access_key)
        AccessKey.objects.filter(pk=access_key_id).update(**after)
        event.details = {name: {"before": before[name], "after": after[name]} for name in before}
    return access_key


def authenticate(key: str, *, address: str | None = None) -> AccessKey:
    """The access key that this key belongs to, read freshly from the database in one statement.

    Raises InvalidKey, whose ``reason`` (malformed, forged, unknown, suspended, expired, address) is logged and
    meant for nobody else, RateLimited for a key over its limit or an address that keeps presenting bad keys, and
    CountersUnavailable for a key with a limit that cannot be counted.
    """
    access_key = None
    try:
        access_key = _find_by_key(key)
        decision.require_usable(access_key, decision.Attempt(address, timezone.now()))
        rate_limits.count_use(access_key)
    except (InvalidKey, RateLimited) as refusal:
        refusal_log.write(refusal.reason, address=address, access_key=access_key)
        if isinstance(refusal, InvalidKey):
            rate_limits.count_bad_key(address)
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


def _find_by_key(key: str) -> AccessKey:
    reason = "forged"
    for master_key in keyring.get_keyring().makers(key):
        access_key = find_by_digest(master_key.digest(key))
        if access_key is not None:
            return access_key
        reason = "unknown"
    raise InvalidKey(reason if keys.parse(key) else "malformed")


def _draft(wish: Wish, actor: Actor) -> AccessKey:
    """The row of an access key to come, without digest and sealed key."""
    return AccessKey(
        name=wish.name,
        scopes=sorted(set(wish.scopes)),
        expires_at=wish.expires_at,
        created_by=actor.label,
    )


def _generated(access_key: AccessKey) -> dict[str, Any]:
    """What the audit log keeps of a new access key."""
    expires_at = access_key.expires_at
    return {"scopes": access_key.scopes, "expires_at": expires_at.isoformat() if expires_at else None}


def _insert(drafts: Sequence[AccessKey]) -> list[ValidationError | None]:
    """Insert those that keep the rules; returns for each why it was not."""
    while True:
        refusals = _refusals(drafts)
        kept = [draft for draft, refusal in zip(drafts, refusals, strict=True) if refusal is None]
        try:
            with transaction.atomic():
                AccessKey.objects.bulk_create(kept)
        except IntegrityError as error:
            if _NAME_IS_TAKEN.search(str(error)) is None:
                raise
            continue  # Another door has taken a name since they were looked up. Now it is found.
        return refusals


def _refusals(drafts: Sequence[AccessKey]) -> list[ValidationError | None]:
    """What is wrong with each, by the model's rules; the names are looked up in one statement."""
    names = [draft.name for draft in drafts if is_name(draft.name)]
    taken = set(AccessKey.objects.filter(name__in=names).values_list("name", flat=True))
    refusals: list[ValidationError | None] = []
    for draft in drafts:
        refusal = _refusal(draft, name_is_taken=draft.name in taken)
        refusals.append(refusal)
        if refusal is None:
            taken.add(draft.name)
    return refusals


def _refusal(draft: AccessKey, *, name_is_taken: bool) -> ValidationError | None:
    errors: dict[str, Any] = {}
    try:
        draft.clean_fields(exclude=_all_but(*_WISHED))
    except ValidationError as refusal:
        refusal.update_error_dict(errors)
    if name_is_taken:
        errors["name"] = [_name_taken()]
    return ValidationError(errors) if errors else None


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


def _defer(access_key: AccessKey) -> None:
    """Let a new row know as little as one that is read: then Django inserts it no second time, whoever saves it."""
    del access_key.digest, access_key.sealed


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


def _lock(access_key_id: uuid.UUID) -> AccessKey:
    """The row as it is now, held until the transaction ends, so that what is decided on it stays true."""
    return _get(AccessKey.objects.described().select_for_update(), access_key_id)


def _switch(
    operation: Operation,
    action: Action,
    access_key_id: uuid.UUID,
    actor: Actor,
    *,
    suspended_at: datetime | None,
) -> AccessKey:
    policy.authorize(actor, operation, access_key_id=access_key_id)
    with audit.operation(action, actor=actor, access_key_id=access_key_id) as event:
        access_key = _lock(access_key_id)
        event.concerns(access_key)
        if access_key.is_suspended != (suspended_at is not None):
            access_key.suspended_at = suspended_at
            AccessKey.objects.filter(pk=access_key_id).update(suspended_at=suspended_at)
    return access_key


def _limits(access_key: AccessKey) -> dict[str, Any]:
    return {"allowed_networks": access_key.allowed_networks, "rate_limit": access_key.rate_limit}


def _validate(access_key: AccessKey, *fields: str) -> None:
    """Hold the named fields against the model's rules."""
    access_key.full_clean(exclude=_all_but(*fields), validate_constraints=False)


def _all_but(*fields: str) -> set[str]:
    return {field.name for field in AccessKey._meta.fields}.difference(fields)


def _name_taken() -> ValidationError:
    return ValidationError(AccessKey._meta.get_field("name").error_messages["unique"], code="unique")


@contextmanager
def _name_is_unique() -> Iterator[None]:
    """Two doors may take the same name at once; the loser hears what it would have heard a moment later."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _NAME_IS_TAKEN.search(str(error)) is None:
            raise
        raise ValidationError({"name": _name_taken()}) from None
