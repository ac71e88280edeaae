"""What may happen to a site. Each is a block in which it does; what ends at once is over when the block begins."""

from __future__ import annotations

from benchmarks.endurance.site import Site
from benchmarks.endurance.troubles import clients, databases, processes, resources
from benchmarks.endurance.troubles.words import Trouble

ALL = (*processes.ALL, *databases.ALL, *resources.ALL, *clients.ALL)


def troubles_of(site: Site) -> list[Trouble]:
    """Those that can happen to this one."""
    return [trouble for trouble in ALL if trouble.needs(site)]
