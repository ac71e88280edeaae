"""Which access keys are meant by many, held fast before anything is done, and what somebody should know of them."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import timedelta
from typing import Final, NamedTuple

from django.db.models import Count, Q
from django.utils import timezone

from accesskeys.core.exceptions import TooMany
from accesskeys.models import AccessKey, AccessKeyQuerySet

MOST: Final = 10_000
NAMED: Final = 100
USED_WITHIN: Final = timedelta(days=1)


class Foreseen(NamedTuple):
    """How many there are, how many of them were used within the last day, and the first hundred by name."""

    total: int
    used: int
    named: list[AccessKey]

    @property
    def names(self) -> list[str]:
        """The names of these."""
        return [access_key.name for access_key in self.named]

    @property
    def unnamed(self) -> int:
        """How many there are besides those that are named."""
        return self.total - len(self.named)


def hold_fast(access_keys: AccessKeyQuerySet) -> list[uuid.UUID]:
    """The ids of these, by name: nothing that matches later is touched. Raises TooMany."""
    ids = list(access_keys.order_by("name").values_list("pk", flat=True)[: MOST + 1])
    if len(ids) > MOST:
        raise TooMany(MOST)
    return ids


def foresee_many(access_key_ids: Collection[uuid.UUID]) -> Foreseen:
    """What there is to know of those that are still there."""
    rows = AccessKey.objects.filter(pk__in=access_key_ids)
    lately = Q(last_used_at__gte=timezone.now() - USED_WITHIN)
    numbers = rows.aggregate(total=Count("pk"), used=Count("pk", filter=lately))
    return Foreseen(**numbers, named=list(rows.described().order_by("name")[:NAMED]))
