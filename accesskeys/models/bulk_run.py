from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Final, Self

from django.db import models
from django.utils import timezone

KEPT_FOR: Final = timedelta(days=7)
UNCONFIRMED_FOR: Final = timedelta(days=1)


class BulkRunQuerySet(models.QuerySet["BulkRun"]):
    """The words for choosing them."""

    def outlived(self) -> Self:
        """Those that nobody looks at any more, oldest first. One that was left half done is not gone on with."""
        now = timezone.now()
        unconfirmed = models.Q(confirmed_at=None, begun_at__lte=now - UNCONFIRMED_FOR)
        return self.filter(unconfirmed | models.Q(begun_at__lte=now - KEPT_FOR)).order_by("begun_at", "id")

    def half_done_by(self, operator: str) -> Self:
        """Those that this operator has confirmed and that are not over, the latest first, without their ids."""
        half_done = self.filter(begun_by=operator, confirmed_at__isnull=False, finished_at=None)
        return half_done.order_by("-begun_at").defer("ids")


class BulkRun(models.Model):
    """One thing that somebody does to many access keys in the console, batch by batch, and how far it is.

    The ids are those that were looked over: whatever is generated or changed later is not touched. They refer to
    nothing, so that a revoked access key is told as gone.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    operation = models.CharField(max_length=20, editable=False)
    ids = models.JSONField(editable=False)
    total = models.PositiveIntegerField(editable=False)
    set_labels = models.JSONField(default=dict, editable=False)
    removed_labels = models.JSONField(default=list, editable=False)
    begun_by = models.CharField(max_length=150, editable=False)
    begun_at = models.DateTimeField(default=timezone.now, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    finished_at = models.DateTimeField(null=True, editable=False)
    stopped_by = models.CharField(max_length=150, default="", db_default="", editable=False)
    reached = models.PositiveIntegerField(default=0, editable=False)
    done = models.PositiveIntegerField(default=0, editable=False)
    unchanged = models.PositiveIntegerField(default=0, editable=False)
    absent = models.PositiveIntegerField(default=0, editable=False)
    refused = models.PositiveIntegerField(default=0, editable=False)
    refusals = models.JSONField(default=list, editable=False)  # The first of them: name and sentence.

    objects = BulkRunQuerySet.as_manager()

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_confirmed(self) -> bool:
        """Whether somebody has said yes."""
        return self.confirmed_at is not None

    @property
    def is_finished(self) -> bool:
        """Whether nothing more is done: all of them were reached, or somebody has stopped it."""
        return self.finished_at is not None

    @property
    def unnamed_refusals(self) -> int:
        """How many were refused besides those that are named."""
        return self.refused - len(self.refusals)

    @property
    def left_alone(self) -> int:
        """How many it has not reached."""
        return self.total - self.reached
