"""The primary is killed and its standby promoted under load: nothing that was answered is lost, and writes go on."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

from tests.server.answered import changing
from tests.server.replicas.conftest import wait_until
from tests.server.servers import bare_site
from tests.server.two_databases import two_databases

BEFORE, HELD, AFTER, SOON = 1.5, 0.5, 1.0, 3.0  # seconds


class Failover(NamedTuple):
    """One of them."""

    before: int  # Operations that were answered as done.
    after: int
    lost: list[str]
    promoting: float  # seconds
    without: float  # seconds, from the end of the primary to the first operation that was answered again
    others: Counter[int | str]


def fail_over(folder: Path, *, programs: int = 4, before: float = BEFORE) -> Failover:
    """Kill a primary whose standby has heard nothing of it for a moment, and promote that."""
    with two_databases() as pair, bare_site(folder) as installed:
        site = installed.with_settings(DATABASE_URL=pair.url)
        assert site.manage("migrate", "--verbosity", "0").returncode == 0
        writer = site.key("writer", "--scope", "access_keys:write", "--scope", "access_keys:read")
        with site.serve() as server, changing(server, writer, programs=programs) as answered:
            time.sleep(before)
            pair.wire.cut()  # What is done now is on one machine alone, and so it is not answered.
            time.sleep(HELD)
            pair.one.kill()
            killed = time.monotonic()
            pair.two.promote()
            promoted = time.monotonic()
            wait_until(lambda: answered.done_since(promoted))
            time.sleep(AFTER)
        lost = answered.lost(pair.two)
    moments = sorted(answered.done_at)
    again = next(at for at in moments if at > killed)
    done = sum(at < killed for at in moments)
    return Failover(done, len(moments) - done, lost, promoted - killed, again - killed, answered.others)


def test_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    failover = fail_over(tmp_path)
    print(failover)
    assert min(failover.before, failover.after) > 20
    assert failover.lost == []
    assert set(failover.others) <= {503}
    assert failover.without - failover.promoting < SOON
