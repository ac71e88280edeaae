"""What an older database has brought back: revoked access keys, and keys that had ended."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from django.core.exceptions import ImproperlyConfigured

from accesskeys.core import journal
from accesskeys.models import AccessKey

logger = logging.getLogger("accesskeys.journal")

AT_ONCE: Final = 20_000  # ids in one statement


@dataclass(frozen=True)
class Revived:
    """Access keys that the journal calls revoked; and those with a key that it calls ended, and that is accepted."""

    access_keys: list[uuid.UUID]
    with_ended_keys: list[uuid.UUID]

    @property
    def sentence(self) -> str:
        """What there is, and what to do; empty where all is well."""
        parts = []
        if self.access_keys:
            parts.append(f"{_number(self.access_keys)} revoked")
        if self.with_ended_keys:
            parts.append(
                f"{_number(self.with_ended_keys)} given another key in the place of one that works here again"
            )
        if not parts:
            return ""
        return (
            f"The database is older than what was done since: {' and '.join(parts)}, as the file of REVOCATIONS_FILE "
            "says. Run manage.py apply_revocations."
        )


def find_revived() -> Revived:
    """Hold the database against the journal. Raises ImproperlyConfigured where the journal cannot be read."""
    try:
        told = journal.read()
    except OSError as error:
        raise ImproperlyConfigured(
            f"The file of REVOCATIONS_FILE cannot be read: {error.strerror}. Without it, what was revoked before a "
            "restore might be accepted."
        ) from None
    if told.unreadable:
        logger.warning("%d lines of the file of REVOCATIONS_FILE cannot be read.", told.unreadable)
    return Revived(list(_back(told.access_keys)), list(_with_ended_keys(told.keys, but=told.access_keys)))


def check_revocations() -> None:
    """Refuse a database that accepts what was revoked. Raises ImproperlyConfigured with a sentence."""
    if sentence := find_revived().sentence:
        raise ImproperlyConfigured(sentence)


def _back(access_key_ids: Collection[str]) -> Iterator[uuid.UUID]:
    for some in _batches(access_key_ids):
        yield from AccessKey.objects.with_ids(some).values_list("pk", flat=True)


def _with_ended_keys(keys: Mapping[str, set[str]], *, but: Collection[str]) -> Iterator[uuid.UUID]:
    when = ("created_at", "key_created_at", "rotation__created_at", "rotation__ends_at")
    for some in _batches([access_key_id for access_key_id in keys if access_key_id not in but]):
        rows = AccessKey.objects.with_ids(some).filter(suspended_at=None)
        for access_key in rows.select_related("rotation").only(*when):
            rotation = getattr(access_key, "rotation", None)
            accepted = [] if rotation and rotation.has_old_key_ended else [access_key.key_made_at]
            if rotation:
                accepted.append(rotation.created_at)
            if keys[str(access_key.pk)].intersection(map(journal.moment, accepted)):
                yield access_key.pk


def _batches(access_key_ids: Collection[str]) -> Iterator[list[str]]:
    ids = sorted(access_key_ids)
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _number(access_keys: Collection[uuid.UUID]) -> str:
    return f"{len(access_keys):,} access key{' was' if len(access_keys) == 1 else 's were'}"
