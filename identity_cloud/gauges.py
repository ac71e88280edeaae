"""Numbers that this installation knows beside those of its access keys, for Prometheus. A line for each."""

from __future__ import annotations

import platform
from datetime import datetime
from typing import Final

import django
from django.contrib.sessions.models import Session
from django.utils import timezone

import accesskeys
from accesskeys.api.exposition import gauge, info, moment
from accesskeys.models import HousekeepingRun
from identity_cloud.backups import newest
from identity_cloud.health.ready import READINESS

LIMIT: Final = 10_000

_VERSION: Final = getattr(accesskeys, "__version__", "unreleased")


def register() -> None:
    """Let Prometheus be told them. A moment is in seconds since 1970; without a sample, there was none yet."""
    gauge("identity_cloud_ready", "Whether a check of /health/ready passes.", _ready, label="check")
    gauge("identity_cloud_sessions", f"Sessions of operators, counted up to {LIMIT}.", _sessions)
    moment("identity_cloud_last_backup_timestamp_seconds", "When the newest backup was made.", newest)
    moment(
        "identity_cloud_last_housekeeping_timestamp_seconds", "When housekeeping was last done.", _kept_house
    )
    info("identity_cloud_build_info", "What runs here.", _build())


def _ready() -> dict[str, float]:
    return {name: float(not finding.is_failed) for name, finding in READINESS.report().findings.items()}


def _sessions() -> float:
    return Session.objects.filter(expire_date__gte=timezone.now())[:LIMIT].count()


def _kept_house() -> datetime | None:
    run = HousekeepingRun.objects.latest_run()
    return run.ended_at if run else None


def _build() -> dict[str, str]:
    return {"django": django.get_version(), "python": platform.python_version(), "version": _VERSION}
