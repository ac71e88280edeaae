"""How many cores this process may use: of those it is bound to, as many as the limits of its groups allow."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
OWN = Path("/proc/self/cgroup")


def usable_cores(groups: Path = GROUPS, own: Path = OWN) -> int:
    """At least one. Of two and a half, two: a process more would be stopped again and again."""
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, int(min([bound, *_limits(groups, own)])))


def _limits(groups: Path, own: Path) -> Iterator[float]:
    """What the control groups that this process is in allow, in cores. The outer ones bind as well."""
    for group in _paths(own):
        for folder in (group, *group.parents):
            yield from _limit(groups / folder / "cpu.max")
            yield from _limit(groups / "cpu" / folder / "cpu.cfs_quota_us", "cpu.cfs_period_us")


def _paths(own: Path) -> Iterator[Path]:
    """As they are below ``groups``: of the one hierarchy, or of the one for processors of several."""
    try:
        lines = own.read_text().splitlines()
    except OSError:  # No Linux.
        return
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if not controllers or "cpu" in controllers.split(","):
            yield Path(path.lstrip("/"))


def _limit(quota: Path, period: str | None = None) -> Iterator[float]:
    """``200000 100000`` in one file, or each number in a file of its own. There may be no file, and no limit."""
    try:
        words = quota.read_text().split() + (quota.with_name(period).read_text().split() if period else [])
        allowed, each = map(int, words)
    except (OSError, ValueError):  # "max 100000"
        return
    if allowed > 0:
        yield allowed / each
