from __future__ import annotations

from datetime import timedelta
from typing import Final, Self

from django.db import models
from django.utils import timezone

REMEMBERED_FOR: Final = timedelta(hours=24)


class IdempotentRequestQuerySet(models.QuerySet["IdempotentRequest"]):
    """The words for choosing them."""

    def outlived(self) -> Self:
        """Those that are remembered no longer, oldest first."""
        return self.filter(created_at__lte=timezone.now() - REMEMBERED_FOR).order_by("created_at", "id")


class IdempotentRequest(models.Model):
    """That a program has asked for an access key under a mark of its own, and which one it got.

    No answer is kept, and no key: a repeat is answered from the access key. It refers to nothing, so that a revoked
    access key is remembered too; otherwise a repeat would bring another one to life in its place. The digests are
    SHA-256, of what is no secret: what a master key had a part in would be forgotten when that is replaced.
    """

    caller_id = models.UUIDField(editable=False)
    mark = models.BinaryField(max_length=32, editable=False)
    body = models.BinaryField(max_length=32, editable=False)
    access_key_id = models.UUIDField(editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = IdempotentRequestQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = (models.UniqueConstraint(fields=["caller_id", "mark"], name="idempotent_request_once"),)
        indexes = (models.Index(fields=["created_at", "id"], name="idempotent_request_by_age"),)

    def __str__(self) -> str:
        return str(self.pk)
