"""No room for the database: keys are decided about as ever, and what changes something says that it cannot."""

from __future__ import annotations

from pathlib import Path

from tests.disks import small_disk
from tests.server.servers import Site

GATE = "/auth/verify/"


def test_keys_are_decided_about_and_changes_are_503(site: Site, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk:
        full = site.with_settings(DATABASE_URL=f"sqlite:///{disk.folder}/site.sqlite3")
        assert full.manage("migrate", "--verbosity", "0").returncode == 0
        writer = full.key("writer", "--scope", "access_keys:write")
        with full.serve() as server:
            made = server.call("POST", "access-keys/", writer, name="billing").json
            disk.fill()
            headers = {"Authorization": f"Bearer {made['key']}"}
            assert {server.ask("GET", GATE, headers=headers).status for _ in range(10)} == {200}
            refused = [server.call("POST", "access-keys/", writer, name=f"late_{n}") for n in range(5)]
            assert {(answer.status, answer.headers["Retry-After"]) for answer in refused} == {(503, "5")}
            disk.free()
            assert server.call("DELETE", f"access-keys/{made['id']}/", writer).status == 204
            assert server.ask("GET", GATE, headers=headers).status == 401
            assert server.call("POST", "access-keys/", writer, name="late_0").status == 201
