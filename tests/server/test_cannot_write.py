"""What cannot work stops the start; what stops to work under a running server is 503 at every door."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest

from tests.server.operators import signed_in
from tests.server.poolers import pooler
from tests.server.servers import Server, Site, new_site
from tests.server.two_databases import Pair, two_databases


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with two_databases() as both:
        yield both


@pytest.fixture(scope="module")
def site(pair: Pair, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with new_site(tmp_path_factory.mktemp("site")) as installed:
        moved = installed.with_settings(DATABASE_URL=pair.url)
        assert moved.manage("migrate", "--verbosity", "0").returncode == 0
        yield moved


def refusal(site: Site, url: str) -> str:
    """What a server says that does not start."""
    code, log = site.with_settings(DATABASE_URL=url).refuse_to_serve()
    assert code == 1
    (line,) = [line for line in log.splitlines() if line.startswith("Not started: ")]
    assert "127.0.0.1" not in line
    return line


def execute(pair: Pair, statement: str) -> None:
    with psycopg.connect(pair.url_of(pair.ports[0]), autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def test_a_standby_stops_the_start(site: Site, pair: Pair) -> None:
    line = refusal(site, pair.url_of(pair.ports[1]))
    assert "a standby, which takes no writes" in line
    assert "?target_session_attrs=read-write" in line


@pytest.mark.parametrize("in_turn", [0, 1])
def test_a_pooler_that_forgets_stops_the_start(site: Site, pair: Pair, in_turn: int) -> None:
    with pooler(pair.ports[0], mode="transaction", in_turn=in_turn) as port:
        assert "?prepare_threshold=0" in refusal(site, pair.url_of(port))
        told = site.with_settings(DATABASE_URL=pair.url_of(port, "?prepare_threshold=0"))
        key = told.key(f"pooled_{in_turn}")
        with told.serve() as server:
            assert {server.call("GET", "ping/", key).status for _ in range(30)} == {200}


def test_a_pooler_that_remembers_does_not(site: Site, pair: Pair) -> None:
    with pooler(pair.ports[0], mode="session") as port:
        pooled = site.with_settings(DATABASE_URL=pair.url_of(port))
        key = pooled.key("pooled_for_a_session")
        with pooled.serve() as server:
            assert {server.call("GET", "ping/", key).status for _ in range(30)} == {200}


@pytest.mark.parametrize(("processes", "is_told"), [("2", False), ("3", True)])
def test_more_connections_than_the_database_takes_are_told(
    site: Site, pair: Pair, processes: str, is_told: bool
) -> None:
    with psycopg.connect(pair.url_of(pair.ports[0])) as connection:
        (most,) = connection.execute("SHOW max_connections").fetchone() or (None,)
    allowed = int(str(most)) - 3  # Kept for superusers.
    threads = allowed // 2 - 5
    told = site.with_settings(DATABASE_URL=pair.url, WEB_CONCURRENCY=processes, WEB_THREADS=str(threads))
    with told.serve() as server:
        warning = f"PostgreSQL takes {allowed} connections, and 3 processes of {threads} threads may open"
        assert (warning in server.log.read_text()) is is_told


class TestADatabaseThatOnlyReads:
    @pytest.fixture(autouse=True)
    def _writes_again(self, pair: Pair) -> Iterator[None]:
        yield
        with psycopg.connect(pair.url_of(pair.ports[0]), autocommit=True) as connection:
            connection.execute("SET default_transaction_read_only = off")
            connection.execute("ALTER DATABASE postgres RESET default_transaction_read_only")

    def only_read(self, pair: Pair) -> None:
        execute(pair, "ALTER DATABASE postgres SET default_transaction_read_only = on")
        execute(
            pair,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = 'postgres' AND pid <> pg_backend_pid()",
        )

    def test_stops_the_start(self, site: Site, pair: Pair) -> None:
        self.only_read(pair)
        # Asked for a host that writes, libpq itself finds none.
        assert "default_transaction_read_only is on" in refusal(site, pair.url_of(pair.ports[0]))

    def test_is_503_where_something_is_written(self, site: Site, pair: Pair) -> None:
        one = site.with_settings(DATABASE_URL=pair.url_of(pair.ports[0]))
        key = one.key("reader", "--scope", "access_keys:write", "--scope", "access_keys:read")
        with one.serve() as server, signed_in(one, server) as operator:
            self.only_read(pair)
            assert server.call("GET", "ping/", key).status == 200
            assert server.call("GET", "access-keys/", key).status == 200
            assert (
                server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"}).status == 200
            )
            written = server.call("POST", "access-keys/", key, name="written")
            page = operator.post("/settings/access-keys/generate/", name="written")
            assert [answer.status for answer in (written, page)] == [503, 503]
            assert {answer.headers["Retry-After"] for answer in (written, page)} == {"5"}
            log = server.log.read_text()
        assert "cannot execute INSERT in a read-only transaction" in log
        command = one.manage("generate_access_key", "written")
        assert (command.returncode, command.stdout) == (1, "")
        assert command.stderr.startswith("CommandError: The database cannot be reached")


def statuses(server: Server, key: str) -> list[int]:
    gate = server.ask("GET", "/auth/verify/", headers={"Authorization": f"Bearer {key}"})
    answers = (server.call("GET", "ping/", key), server.call("GET", "access-keys/", key), gate)
    return [answer.status for answer in answers]


@pytest.fixture(scope="module")
def told(site: Site, pair: Pair) -> list[str]:
    """What is written about 120 requests, all of them answered with 503, and a good one after that."""
    one = site.with_settings(DATABASE_URL=pair.url_of(pair.ports[0]), LOG_LEVEL="INFO")
    key = one.key("away", "--scope", "access_keys:write", "--scope", "access_keys:read")
    with one.serve() as server, signed_in(one, server) as operator:
        begin = len(server.log.read_text())
        pair.stop_primary()
        try:
            for _ in range(20):
                assert statuses(server, key) == [503, 503, 503]
                for path in ("/settings/access-keys/", "/settings/audit-log/export/", "/accounts/login/"):
                    assert operator.get(path).status == 503
        finally:
            pair.start_primary()
        log = server.log.read_text()[begin:]
        assert statuses(server, key) == [200, 200, 200]
        assert operator.get("/settings/access-keys/").status == 200
    return log.splitlines()


class TestADatabaseThatIsAway:
    def test_is_one_line_for_each_request(self, told: list[str]) -> None:
        failures = [line for line in told if " ERROR " in line]
        assert len(failures) == 120
        assert all("database" in line or "/settings/" in line or "/accounts/" in line for line in failures)

    def test_is_told_in_full_once_a_minute_and_kind(self, told: list[str]) -> None:
        in_full = [line for line in told if "Traceback" in line]
        assert 1 <= len(in_full) <= 6
        in_words = [line for line in told if "Traceback" not in line]
        assert max(map(len, in_words)) < 400
