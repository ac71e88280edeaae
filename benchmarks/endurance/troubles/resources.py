"""What the machine has no more of, and its clock."""

from __future__ import annotations

import random
import resource
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from benchmarks.endurance.site import Site
from benchmarks.endurance.troubles.words import Trouble

HOUR = 3600


@contextmanager
def _full(site: Site, dice: random.Random) -> Iterator[None]:
    assert site.disk is not None
    filler = site.disk / "filler"
    with filler.open("wb", buffering=0) as file:
        for piece in (1 << 20, 1 << 12, 1):
            with suppress(OSError):
                while file.write(bytes(piece)):
                    pass
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def _no_descriptors(site: Site, dice: random.Random) -> Iterator[None]:
    """No process that answers may open anything more than it has open."""
    before = {}
    for pid in site.workers:
        with suppress(OSError):
            before[pid] = resource.prlimit(pid, resource.RLIMIT_NOFILE)
            used = max(int(each.name) for each in Path(f"/proc/{pid}/fd").iterdir()) + 1
            resource.prlimit(pid, resource.RLIMIT_NOFILE, (used, before[pid][1]))
    try:
        yield
    finally:
        for pid, limits in before.items():
            with suppress(ProcessLookupError):
                resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)


@contextmanager
def _clock_set(site: Site, dice: random.Random) -> Iterator[None]:
    assert site.clock is not None
    site.clock.set(dice.choice([-2 * HOUR, -70, 70, 2 * HOUR]))
    try:
        yield
    finally:
        site.clock.set(0)


ALL = (
    Trouble("the disk is full", _full, needs=lambda site: site.disk is not None),
    Trouble("no descriptors", _no_descriptors),
    Trouble("the clock is set", _clock_set, needs=lambda site: site.clock is not None),
)
