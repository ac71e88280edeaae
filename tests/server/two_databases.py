"""A PostgreSQL and its standby, started here: both take connections, and one of them writes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.server import clusters
from tests.server.clusters import Cluster
from tests.server.replicas.wire import Wire

SOON = "-c wal_retrieve_retry_interval=200ms"  # Or a promotion may take 5 s, if the primary has gone first.


@dataclass(frozen=True)
class Pair:
    """Both machines, as far as one machine can be two."""

    one: Cluster
    two: Cluster
    wire: Wire  # From the standby to the primary.

    @property
    def ports(self) -> tuple[int, int]:
        return self.one.port, self.two.port

    @property
    def url(self) -> str:
        """Whichever of both writes."""
        places = ",".join(f"127.0.0.1:{port}" for port in self.ports)
        return f"postgres://postgres@{places}/postgres?target_session_attrs=read-write"

    def stop_primary(self) -> None:
        """As if its machine were gone; whoever is connected hears of it."""
        self.one.stop()

    def start_primary(self) -> None:
        """It is back."""
        self.one.start()

    def url_of(self, port: int, options: str = "") -> str:
        """One of both, or a pooler in front of it."""
        return f"postgres://postgres@127.0.0.1:{port}/postgres{options}"

    def promote_standby(self) -> None:
        """It writes when this returns."""
        self.two.promote()


@contextmanager
def two_databases() -> Iterator[Pair]:
    """A primary that answers when its standby has what was done."""
    with clusters.home() as home:
        one = clusters.new(home / "one")
        wire = Wire(one.port)
        two = clusters.standby(home / "two", wire.port, SOON)
        one.execute("ALTER SYSTEM SET synchronous_standby_names = '*'")
        one.execute("SELECT pg_reload_conf()")
        yield Pair(one, two, wire)
        wire.close()
