"""The audit log without the same line again and again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from accesskeys.models import AuditEvent

_WHAT = [field.attname for field in AuditEvent._meta.concrete_fields if field.name not in {"id", "at"}]


@dataclass(frozen=True)
class Repeated:
    """An event, and when it happened: once, or several times with nothing else between. Newest first."""

    event: AuditEvent
    times: list[datetime]


def folded(events: Iterable[AuditEvent]) -> list[Repeated]:
    """The events, with neighbours as one that differ in nothing but the time."""
    runs = (list(run) for _what, run in groupby(events, key=_what))
    return [Repeated(run[0], [event.at for event in run]) for run in runs]


def _what(event: AuditEvent) -> list[object]:
    return [getattr(event, name) for name in _WHAT]
