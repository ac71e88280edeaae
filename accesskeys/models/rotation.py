from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple, Self

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accesskeys.models.access_key import AccessKey
from accesskeys.models.sealed_key import SealedKey

LAST_HOUR: Final = timedelta(hours=1)


class RotationQuerySet(models.QuerySet["Rotation"]):
    """The words for choosing rotations."""

    def described(self) -> Self:
        """As much of them and of their access keys as may be told: without digests and sealed keys."""
        return self.select_related("access_key").defer(
            "digest", "sealed", "access_key__digest", "access_key__sealed"
        )


class Rotation(SealedKey):
    """The next key of an access key, beside the present one, and when that one ends.

    It has the id of its access key, so that a sealed key opens in either row, and an access key has at most two.
    """

    access_key = models.OneToOneField(
        AccessKey, on_delete=models.CASCADE, primary_key=True, related_name="rotation", editable=False
    )
    created_at = models.DateTimeField(_("rotated"), default=timezone.now, editable=False)
    created_by = models.CharField(_("rotated by"), max_length=150, editable=False)
    grace = models.DurationField(_("grace"))
    # At first the hard end; the first use of the next key can only bring it closer.
    ends_at = models.DateTimeField(_("the old key ends"))
    first_used_at = models.DateTimeField(_("next key first used"), null=True, editable=False)
    last_used_at = models.DateTimeField(_("next key last used"), null=True, editable=False)
    old_last_used_at = models.DateTimeField(_("old key last used"), null=True, editable=False)

    objects = RotationQuerySet.as_manager()

    class Meta:
        verbose_name = _("rotation")
        verbose_name_plural = _("rotations")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_over(self) -> bool:
        """Whether all that is left of it is the next key, in use. A next key that nobody has used is still pending."""
        return self.first_used_at is not None and self.has_old_key_ended

    @property
    def is_old_key_missed(self) -> bool:
        """Whether some program seems to rely on the old key to its last. Once it is refused, nobody does."""
        used_at = self.old_last_used_at
        return used_at is not None and used_at >= self.ends_at - LAST_HOUR and not self.has_old_key_ended

    @property
    def has_old_key_ended(self) -> bool:
        """Whether the rotation has ended it. The moment of the end itself is too late."""
        return timezone.now() >= self.ends_at

    @property
    def old_key_ends_at(self) -> datetime:
        """When the old key stops working."""
        return self.access_key.end_of_old_key(self.ends_at)

    @property
    def ends_with_access_key(self) -> bool:
        """Whether the access key expires first, and both keys with it."""
        return self.old_key_ends_at != self.ends_at


class Presented(NamedTuple):
    """Which of two keys somebody presented, and what a decision needs to know of the rotation."""

    is_next: bool
    ends_at: datetime  # of the old one
    first_used_at: datetime | None  # the next one
    last_used_at: datetime | None  # the presented one

    @property
    def is_used_first(self) -> bool:
        """Whether nobody has written down so far that the next key is in use."""
        return self.is_next and self.first_used_at is None

    def has_ended_at(self, moment: datetime) -> bool:
        """Whether it is the old key, whose end has come. The moment of the end itself is too late."""
        return not self.is_next and moment >= self.ends_at
