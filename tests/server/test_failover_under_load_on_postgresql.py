"""The primary is killed and its standby promoted under load: nothing that was answered is lost, and writes go on."""

from __future__ import annotations

import time
from pathlib import Path

from tests.server.answered import changing
from tests.server.replicas.conftest import wait_until
from tests.server.servers import bare_site
from tests.server.two_databases import two_databases

BEFORE, HELD, AFTER, SOON = 1.5, 0.5, 1.0, 3.0  # seconds


def test_nothing_that_was_answered_is_lost(tmp_path: Path) -> None:
    with two_databases() as pair, bare_site(tmp_path) as installed:
        site = installed.with_settings(DATABASE_URL=pair.url)
        assert site.manage("migrate", "--verbosity", "0").returncode == 0
        writer = site.key("writer", "--scope", "access_keys:write", "--scope", "access_keys:read")
        with site.serve() as server:
            with changing(server, writer) as answered:
                time.sleep(BEFORE)
                pair.wire.cut()  # What is done now is on one machine alone, and so it is not answered.
                time.sleep(HELD)
                pair.one.kill()
                killed = time.monotonic()
                pair.two.promote()
                promoted = time.monotonic()
                wait_until(lambda: answered.done_since(promoted))
                time.sleep(AFTER)
            lost = answered.lost(pair.two)
    before = sum(at < killed for at in answered.done_at)
    after, gap = len(answered.done_at) - before, answered.longest_gap()
    print(
        f"{before:,} operations answered before and {after:,} after, {len(lost)} of them lost; "
        f"{gap - HELD:.2f} s without one, of which the promotion took {promoted - killed:.2f} s; "
        f"answered instead: {dict(answered.others)}"
    )
    assert before > 20
    assert lost == []
    assert set(answered.others) <= {503}
    assert gap - HELD - (promoted - killed) < SOON
