"""When a key was last used: written down after the decision, which never depends on it."""

from __future__ import annotations

import logging

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from accesskeys.core import conf
from accesskeys.models import AccessKey

logger = logging.getLogger("accesskeys.authentication")


def record_use(access_key: AccessKey) -> None:
    """Remember that the key was used: one UPDATE a minute at most, forward only.

    A failure (read-only database, lock) is logged and does not fail the request.
    """
    now = timezone.now()
    due = now - conf.LAST_USED_PRECISION
    if access_key.last_used_at is not None and access_key.last_used_at > due:
        return
    not_yet = Q(last_used_at=None) | Q(last_used_at__lte=due)
    try:
        AccessKey.objects.filter(not_yet, pk=access_key.pk).update(last_used_at=now)
    except DatabaseError:
        logger.warning("The last use of access key %s could not be recorded", access_key.pk, exc_info=True)
