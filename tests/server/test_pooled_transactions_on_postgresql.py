"""Behind PgBouncer in transaction mode, which keeps what is prepared: as on a connection of one's own."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from accesskeys.console.exports import ROWS_AT_A_TIME
from tests.server import clusters
from tests.server.answered import changing
from tests.server.clusters import Cluster
from tests.server.newer_pgbouncer import newer_pgbouncer
from tests.server.operators import signed_in
from tests.server.poolers import pooler
from tests.server.servers import Site, bare_site

# Fewer sessions than the server has threads, so that each is handed around.
FEW = "default_pool_size = 2\nmax_prepared_statements = 100"


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    with clusters.home() as home:
        yield clusters.new(home / "one")


@pytest.fixture(scope="module")
def direct(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with bare_site(tmp_path_factory.mktemp("site")) as site:
        direct = site.with_settings(DATABASE_URL=cluster.url)
        assert direct.manage("migrate", "--verbosity", "0").returncode == 0
        yield direct


@pytest.fixture(scope="module", params=[0, 1], ids=["one session", "in turn"])
def url(request: pytest.FixtureRequest, cluster: Cluster) -> Iterator[str]:
    program = newer_pgbouncer()
    with pooler(cluster.port, mode="transaction", in_turn=request.param, program=program, more=FEW) as port:
        yield f"postgres://postgres@127.0.0.1:{port}/postgres"


@pytest.fixture
def pooled(direct: Site, url: str) -> Site:
    return direct.with_settings(DATABASE_URL=f"{url}?disable_server_side_cursors=true")


def test_what_is_read_part_by_part_would_be_left_behind(direct: Site, url: str) -> None:
    code, said = direct.with_settings(DATABASE_URL=url).refuse_to_serve()
    assert code == 1
    assert said.splitlines()[-1] == (
        "Not started: DATABASE_URL leads to a pooler that hands each transaction another session, such as PgBouncer in "
        "transaction mode. End it with ?disable_server_side_cursors=true: what is read part by part would be left "
        "behind in one of them."
    )


def test_keys_are_decided_about_while_others_change(pooled: Site, cluster: Cluster) -> None:
    writer = pooled.key(
        f"writer_{time.time_ns()}", "--scope", "access_keys:write", "--scope", "access_keys:read"
    )
    with pooled.serve() as server:
        with changing(server, writer) as answered:
            until = time.monotonic() + 2
            statuses = set()
            while time.monotonic() < until:
                made = server.call("POST", "access-keys/", writer, name=f"asked_{time.time_ns()}").json
                gate = {"Authorization": f"Bearer {made['key']}"}
                statuses.add(server.ask("GET", "/auth/verify/", headers=gate).status)
                assert server.call("DELETE", f"access-keys/{made['id']}/", writer).status == 204
                assert server.ask("GET", "/auth/verify/", headers=gate).status == 401
        assert statuses == {200}
        assert answered.others == {}
        assert answered.lost(cluster) == []
        assert len(answered.done_at) > 20
        assert " ERROR " not in server.log.read_text()


def test_pages_and_exports(pooled: Site) -> None:
    run = time.time_ns()
    writer = pooled.key(f"writer_{run}", "--scope", "access_keys:write")
    with pooled.serve() as server, signed_in(pooled, server) as operator:
        for number in range(ROWS_AT_A_TIME + 1):
            assert server.call("POST", "access-keys/", writer, name=f"n_{run}_{number:02}").status == 201
        for path in ("/settings/access-keys/", "/settings/audit-log/", "/settings/audit-log/export/"):
            answers = [operator.get(path) for _ in range(4)]
            assert {answer.status for answer in answers} == {200}, path
        exported = answers[0].body.decode()
        assert " ERROR " not in server.log.read_text()
    assert all(f"n_{run}_{number:02}" in exported for number in range(ROWS_AT_A_TIME + 1))
