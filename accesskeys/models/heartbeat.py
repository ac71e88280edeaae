from __future__ import annotations

from django.db import models


class Heartbeat(models.Model):
    """How often the primary was told, by those who ask this standby, that they do so under a lease this long.

    Each second the number grows, and everybody who sees it on the standby knows how recent that is.
    """

    standby = models.CharField(max_length=63, editable=False)  # Its ``cluster_name``.
    lease_seconds = models.PositiveSmallIntegerField(editable=False)
    number = models.PositiveBigIntegerField(default=1, editable=False)
    beaten_at = models.DateTimeField(editable=False)  # By the clock of the primary alone.

    class Meta:
        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=["standby", "lease_seconds"], name="accesskeys_heartbeat_of_standby"
            ),
        )

    def __str__(self) -> str:
        return self.standby
