"""Everything that can be looked at from a shell, in the order in which it is mended best."""

from __future__ import annotations

from collections.abc import Iterator

from identity_cloud.health.clock import clock
from identity_cloud.health.counters import counters
from identity_cloud.health.database import database
from identity_cloud.health.disk import disk
from identity_cloud.health.findings import Finding
from identity_cloud.health.proxies import proxies
from identity_cloud.health.replica import replica_now
from identity_cloud.health.rights import rights
from identity_cloud.health.static_files import static_files

CHECKS = (database, replica_now, counters, disk, clock, proxies, rights, static_files)


def findings() -> Iterator[Finding]:
    """What each of them finds. A setting that is wrong has stopped the start already."""
    for check in CHECKS:
        yield from check()
