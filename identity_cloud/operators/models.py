from __future__ import annotations

from typing import Self

from django.conf import settings
from django.db import models
from django.utils import timezone


class Purpose(models.TextChoices):
    """What a one-time link is for."""

    INVITE = "invite", "Invitation"
    RESET = "reset", "Reset"
    SIGN_IN = "sign_in", "Sign-in"


def usable_purposes() -> list[Purpose]:
    """Those that let somebody in: where passwords are switched off, there is none to choose."""
    return list(Purpose) if settings.PASSWORD_SIGN_IN else [Purpose.SIGN_IN]


class OneTimeLinkQuerySet(models.QuerySet["OneTimeLink"]):
    """The words for choosing links."""

    def open(self) -> Self:
        """Those that are still good."""
        return self.filter(expires_at__gt=timezone.now(), purpose__in=usable_purposes())


class OneTimeLink(models.Model):
    """A link that lets an operator in once. Of its secret there is only the digest; a link that was used has no row."""

    # One for each operator, so that a new one takes the place of the old.
    operator = models.OneToOneField(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="one_time_link", editable=False
    )
    purpose = models.CharField("purpose", max_length=7, choices=Purpose, editable=False)
    digest = models.BinaryField(max_length=32, unique=True, editable=False)
    created_at = models.DateTimeField("made", default=timezone.now, editable=False)
    created_by = models.CharField("made by", max_length=150, editable=False)
    expires_at = models.DateTimeField("expires", editable=False)

    objects = OneTimeLinkQuerySet.as_manager()

    class Meta:
        verbose_name = "one-time link"
        verbose_name_plural = "one-time links"
        default_permissions = ()

    def __str__(self) -> str:
        return self.purpose

    @property
    def is_open(self) -> bool:
        """Whether it is still good."""
        return timezone.now() < self.expires_at and self.purpose in usable_purposes()
