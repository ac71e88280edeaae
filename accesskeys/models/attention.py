"""When an access key deserves a second look."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone

from accesskeys.models import AccessKey

EXPIRES_SOON = timedelta(days=14)
LONG_UNUSED = timedelta(days=90)
# A key that was used within this time probably belongs to a program that still runs: some jobs are monthly.
USED_LATELY = timedelta(days=31)


def expires_soon(access_key: AccessKey) -> bool:
    """Whether the key stops working within the next days, or has stopped."""
    return access_key.expires_at is not None and access_key.expires_at - timezone.now() <= EXPIRES_SOON


def used_lately(access_key: AccessKey) -> bool:
    """Whether somebody would probably miss the key."""
    return access_key.last_used_at is not None and timezone.now() - access_key.last_used_at <= USED_LATELY
