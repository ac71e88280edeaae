"""Check that every access key is whole: that its key could be shown, and that its programs are let in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import DataError

from accesskeys.core.exceptions import IntegrityFailure
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey, AccessKeyQuerySet, Action, MasterKeyFingerprint, Outcome
from accesskeys.models.sealed_key import SealedKey
from accesskeys.operations import audit, policy
from accesskeys.operations.actors import Actor
from accesskeys.operations.policy import Operation
from accesskeys.operations.unseal import unseal

# What comes of a column that holds no value of its field: a moment out of bounds, a list that is no JSON.
_UNREADABLE: Final = (AttributeError, DataError, TypeError, ValueError)

AT_ONCE: Final = 500  # rows, so that none of the reads is a long one


class Damage(StrEnum):
    """What is wrong with an access key: the column, or the whole row."""

    ROW = "row"
    NEXT_KEY = "next_key"
    ROTATION = "rotation"
    SEALED = "sealed"
    DIGEST = "digest"
    MASTER_KEY = "master_key"
    NAME = "name"
    SCOPES = "scopes"
    NETWORKS = "allowed_networks"
    RATE_LIMIT = "rate_limit"


_LISTS: Final = (Damage.SCOPES, Damage.NETWORKS)
_VALIDATED: Final = [
    field
    for field in AccessKey._meta.concrete_fields
    if field.name in (Damage.NAME, *_LISTS, Damage.RATE_LIMIT)
]


class Damaged(NamedTuple):
    """An access key that is not whole. A row that cannot be read has no name."""

    id: UUID
    name: str
    damages: tuple[Damage, ...]


@dataclass
class IntegrityCheck:
    """How far the check has come, and what it has found. ``missing``: how many need a master key that is not here."""

    last: UUID | None
    checked: int = 0
    damaged: int = 0
    missing: Counter[str] = field(default_factory=Counter)
    is_finished: bool = False

    def pages(self) -> Iterator[Sequence[Damaged]]:
        """The damaged ones, page by page in the order of the ids. A row that is gone meanwhile is no damage."""
        known = frozenset(MasterKeyFingerprint.objects.values_list("key_id", flat=True))
        while ids := self._next_ids():
            rows = _rows(ids)
            for access_key in rows.values():
                self.missing.update(_missing(access_key) & known)
            suspects = [pk for pk in ids if pk not in rows or any(_damages(rows[pk], known))]
            found = [damaged for pk in suspects if (damaged := _look_at(pk, known))]
            self.last = ids[-1]
            self.checked += len(ids)
            self.damaged += len(found)
            yield found
        self.is_finished = True

    def _next_ids(self) -> list[UUID]:
        rest = AccessKey.objects.order_by("pk").values_list("pk", flat=True)
        return list((rest.filter(pk__gt=self.last) if self.last else rest)[:AT_ONCE])


@contextmanager
def check_integrity(*, actor: Actor, after: UUID | None = None) -> Iterator[IntegrityCheck]:
    """Open every sealed key behind this id, and show none. One audit event says how far it came; raises Forbidden."""
    policy.authorize(actor, Operation.CHECK_INTEGRITY)
    check = IntegrityCheck(after)
    yield check
    counts = {"checked": check.checked, "damaged": check.damaged, "missing_master_keys": dict(check.missing)}
    event = audit.Entry(Action.CHECKED, actor, details={**counts, "finished": check.is_finished})
    event.write(Outcome.SUCCEEDED, IntegrityFailure.code if check.damaged else "")


def _whole() -> AccessKeyQuerySet:
    return AccessKey.objects.select_related("rotation")


def _rows(ids: Sequence[UUID]) -> dict[UUID, AccessKey]:
    try:
        return _whole().in_bulk(ids)
    except _UNREADABLE:  # One of them cannot be read; which one is told by reading each alone.
        return {}


def _look_at(pk: UUID, known: frozenset[str]) -> Damaged | None:
    """The access key as it is now, if it is there and damaged."""
    try:
        access_key = _whole().filter(pk=pk).first()
    except _UNREADABLE:
        return Damaged(pk, "", (Damage.ROW,))
    if access_key is None:
        return None
    damages = tuple(_damages(access_key, known))
    return Damaged(pk, access_key.name, damages) if damages else None


def _missing(row: SealedKey) -> set[str]:
    return {row.sealed_key_id, row.digest_key_id} - get_keyring().master_keys.keys()


def _damages(access_key: AccessKey, known: frozenset[str]) -> Iterator[Damage]:
    if not _missing(access_key) & known:
        try:
            unseal(access_key)
        except IntegrityFailure as failure:
            yield Damage(failure.damage)
    rotation = getattr(access_key, "rotation", None)
    if rotation is not None and not access_key.has_next_key:
        yield Damage.ROTATION
    if rotation is not None and not _missing(rotation) & known:
        try:
            unseal(rotation)
        except IntegrityFailure:
            yield Damage.NEXT_KEY
    for each in _VALIDATED:
        value = each.value_from_object(access_key)
        try:
            each.clean(value, access_key)
            is_valid = each.name not in _LISTS or _is_list_of_texts(value)
        except (ValidationError, TypeError):
            is_valid = False
        if not is_valid:
            yield Damage(each.name)


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(item, str) for item in value)
