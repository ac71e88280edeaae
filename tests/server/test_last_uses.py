"""Last uses of a server in operation: written a moment later, and at the stop."""

from __future__ import annotations

import json
import time

from tests.server.servers import Site


def last_used_at(site: Site, name: str) -> str | None:
    listed = site.manage("list_access_keys", "--json")
    assert listed.returncode == 0, listed.stderr
    (found,) = (row["last_used_at"] for row in json.loads(listed.stdout) if row["name"] == name)
    assert found is None or isinstance(found, str)
    return found


def test_they_are_written_a_moment_later_and_at_the_stop(own_site: Site) -> None:
    soon, late = own_site.key("soon"), own_site.key("late")
    with own_site.serve() as server:
        assert server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {soon}"}).status == 200
        deadline = time.monotonic() + 10
        while last_used_at(own_site, "soon") is None:
            assert time.monotonic() < deadline
        assert server.call("GET", "ping/", late).status == 200
        assert server.stop() == 0
        log = server.log.read_text()
    assert last_used_at(own_site, "late") is not None
    assert "Last uses" not in log
