"""The PostgreSQL standby that is asked about keys. Without it the primary is: it is worth a warning, and no more."""

from __future__ import annotations

from collections.abc import Iterator

from accesskeys.verification import replica as of_keys
from identity_cloud.health.findings import Finding, warning


def replica() -> Iterator[Finding]:
    """As this process knows it: nobody is asked, and nothing can hang. Without a replica nothing is found."""
    return _told(of_keys.standing())


def replica_now() -> Iterator[Finding]:
    """As it is found from a shell."""
    return _told(of_keys.looked_at())


def _told(standing: of_keys.Standing | None) -> Iterator[Finding]:
    if standing is None:
        return
    if standing.state is of_keys.State.LEASED:
        yield Finding("replica", told=standing.told)
    else:
        yield warning("replica", f"{standing.told.rstrip('.')}. Meanwhile the primary is asked about keys.")
