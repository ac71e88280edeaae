"""Where an access key stands, and when it deserves a second look."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accesskeys.models import AccessKey

EXPIRES_SOON = timedelta(days=14)
LONG_UNUSED = timedelta(days=90)
# A key that was used within this time probably belongs to a program that still runs: some jobs are monthly.
USED_LATELY = timedelta(days=31)


class Standing(TextChoices):
    """Where an access key stands, in one word: the gravest where several hold."""

    SUSPENDED = "suspended", _("Suspended")
    EXPIRED = "expired", _("Expired")
    OLD_KEY_IN_USE = "old_key_in_use", _("Old key in use")
    EXPIRES_SOON = "expires_soon", _("Expires soon")
    ACTIVE = "active", _("Active")


def standing(access_key: AccessKey) -> Standing:
    """In the order in which a verification refuses; then what somebody should look after."""
    if access_key.is_suspended:
        return Standing.SUSPENDED
    if access_key.is_expired:
        return Standing.EXPIRED
    rotation = getattr(access_key, "rotation", None)
    if rotation and rotation.is_old_key_missed:
        return Standing.OLD_KEY_IN_USE
    return Standing.EXPIRES_SOON if expires_soon(access_key) else Standing.ACTIVE


def expires_soon(access_key: AccessKey) -> bool:
    """Whether the key stops working within the next days, or has stopped."""
    return access_key.expires_at is not None and access_key.expires_at - timezone.now() <= EXPIRES_SOON


def used_lately(access_key: AccessKey) -> bool:
    """Whether somebody would probably miss the key."""
    return access_key.last_used_at is not None and timezone.now() - access_key.last_used_at <= USED_LATELY
