from __future__ import annotations

from datetime import timedelta
from typing import Final, Self

from django.db import models
from django.utils import timezone

THE_ONE: Final = 1  # There is one row, of the last run.


class HousekeepingRunQuerySet(models.QuerySet["HousekeepingRun"]):
    """The words for choosing it."""

    def latest_run(self) -> HousekeepingRun | None:
        """The last run, over or not; None: there was none."""
        return self.filter(pk=THE_ONE).first()

    def due(self, every: timedelta) -> Self:
        """The row, where the last run began so long ago; also where it lies ahead by more, after a wrong clock.

        By less it may: whoever asks at the same time has looked at the clock before.
        """
        now = timezone.now()
        recent = models.Q(begun_at__gt=now - every, begun_at__lt=now + every)
        return self.filter(~recent, pk=THE_ONE)


class HousekeepingRun(models.Model):
    """When housekeeping was done, for how long, and what it has deleted: for who watches, and for who is next."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=THE_ONE, editable=False)
    begun_at = models.DateTimeField(editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    is_whole = models.BooleanField(
        default=False, editable=False
    )  # Nothing interrupted it, and nothing failed.
    deleted = models.JSONField(default=dict, editable=False)

    objects = HousekeepingRunQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.begun_at)

    @property
    def seconds(self) -> float | None:
        """How long it took; None: it is under way, or was killed."""
        return None if self.ended_at is None else (self.ended_at - self.begun_at).total_seconds()
