from __future__ import annotations

from datetime import timedelta
from typing import Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accesskeys.models.access_key import AccessKey


class HandOverQuerySet(models.QuerySet["HandOver"]):
    """The words for choosing links."""

    def open(self) -> Self:
        """Those that nobody has opened yet and that still can be."""
        return self.filter(opened_at=None, taken_back_at=None, expires_at__gt=timezone.now())

    def closed(self) -> Self:
        """All others, the latest first."""
        return self.exclude(pk__in=self.open().values("pk")).order_by("-number")

    def outlived(self, kept: timedelta) -> Self:
        """Those that have been closed for so long, whatever closed them, oldest first."""
        return self.filter(expires_at__lt=timezone.now() - kept).order_by("expires_at", "pk")


class HandOver(models.Model):
    """A link that shows the key of an access key once, to whoever holds it. Of its secret there is only the digest.

    What became of it stays, for the details page to tell. A revoke takes all of them along.
    """

    access_key = models.ForeignKey(
        AccessKey, on_delete=models.CASCADE, related_name="hand_overs", db_index=False, editable=False
    )
    # Of this access key: in an address and in the audit log it says enough, and is unique, which indexes them.
    number = models.PositiveIntegerField(_("number"), editable=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField(_("handed over"), default=timezone.now, editable=False)
    created_by = models.CharField(_("handed over by"), max_length=150, editable=False)
    expires_at = models.DateTimeField(_("expires"), editable=False)
    opened_at = models.DateTimeField(_("opened"), null=True, editable=False)
    opened_from = models.GenericIPAddressField(_("opened from"), null=True, editable=False)
    taken_back_at = models.DateTimeField(_("taken back"), null=True, editable=False)

    objects = HandOverQuerySet.as_manager()

    class Meta:
        verbose_name = _("hand-over")
        verbose_name_plural = _("hand-overs")
        default_permissions = ()
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("access_key", "number"), name="hand_over_number_is_unique"),
        )

    def __str__(self) -> str:
        return str(self.number)

    @property
    def closed_by(self) -> str:
        """Why the link opens no more: ``opened``, ``taken_back``, ``expired``; empty while it does."""
        if self.opened_at is not None:
            return "opened"
        if self.taken_back_at is not None:
            return "taken_back"
        return "expired" if timezone.now() >= self.expires_at else ""
