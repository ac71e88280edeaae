"""A real server whose clock is set while it runs: no window begins anew."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.redis_servers import RedisServer
from tests.server.servers import Server, Site

GATE = "/auth/verify/?dialect=caddy"
FORGED = f"ica_{51 * 'A'}"

# Python runs this first. What cannot be set on a real machine goes on as it does.
SITE_CUSTOMIZE = """
import time
from pathlib import Path
wrong_by = Path(__file__).with_name("wrong_by")
right = time.time
time.time = lambda: right() + float(wrong_by.read_text())
"""


@pytest.fixture(params=["file", "redis"])
def counting(request: pytest.FixtureRequest, own_site: Site, tmp_path: Path) -> Iterator[Site]:
    if request.param == "file":
        yield own_site
        return
    redis = RedisServer(tmp_path)
    redis.start()
    yield own_site.with_settings(CACHE_URL=redis.url)
    redis.kill()


@pytest.fixture
def clock(tmp_path: Path) -> Path:
    """A file that says by how many seconds the clock is wrong."""
    folder = tmp_path / "clock"
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(SITE_CUSTOMIZE)
    (folder / "wrong_by").write_text("0")
    return folder / "wrong_by"


def ask(server: Server, key: str) -> int:
    return server.ask("GET", GATE, headers={"Authorization": f"Bearer {key}"}).status


@pytest.fixture(autouse=True)
def _in_one_hour() -> None:
    """A window that ends by itself begins anew, and rightly."""
    left = 3600 - time.time() % 3600
    if left < 30:
        time.sleep(left)


@pytest.mark.parametrize("seconds", [-7200, -70, 70, 7200])
def test_no_window_begins_anew(counting: Site, clock: Path, seconds: int) -> None:
    key = counting.key("limited")
    assert counting.manage("limit_access_key", "limited", "--rate", "2/hour").returncode == 0
    faked = counting.with_settings(PYTHONPATH=str(clock.parent), BAD_KEY_LIMIT="2/hour")
    with faked.serve() as server:
        date = server.ask("GET", GATE).headers["Date"]
        assert [ask(server, key) for _ in range(3)] == [200, 200, 429]
        assert [ask(server, FORGED) for _ in range(3)] == [401, 401, 429]
        clock.write_text(str(seconds))
        assert server.ask("GET", GATE).headers["Date"][:22] != date[:22]  # The server has noticed.
        assert [ask(server, key), ask(server, FORGED)] == [429, 429]
    with faked.serve() as restarted:
        assert [ask(restarted, key), ask(restarted, FORGED)] == [429, 429]
