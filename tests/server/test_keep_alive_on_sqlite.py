"""A connection is kept for the next request, whatever the last one took. The lock that makes one slow is SQLite's."""

from __future__ import annotations

import sqlite3
import threading
import time
from contextlib import closing
from http.client import HTTPConnection

from server.prompt import REQUEST_SECONDS
from tests.server.servers import Site


def test_keep_alive_is_kept_though_the_answer_took_long(site: Site) -> None:
    path = site.folder / "slow.sqlite3"
    slow = site.with_settings(DATABASE_URL=f"sqlite:///{path}?timeout=30")
    assert slow.manage("migrate", "--verbosity", "0").returncode == 0
    key = slow.key("slow", "--scope=access_keys:write")
    with slow.serve() as server, closing(HTTPConnection("127.0.0.1", server.port, timeout=30)) as connection:
        with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
            other.execute("BEGIN IMMEDIATE")
            threading.Timer(REQUEST_SECONDS + 1.5, other.execute, ["ROLLBACK"]).start()
            began = time.monotonic()
            headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
            connection.request("POST", "/api/v1/access-keys/", b'{"name": "late"}', headers)
            answer = connection.getresponse()
            assert (answer.status, bool(answer.read())) == (201, True)
            assert time.monotonic() - began > REQUEST_SECONDS + 1
        assert answer.headers["Connection"] == "keep-alive"
        connection.auto_open = 0
        connection.request("GET", "/api/v1/ping/", headers=headers)
        assert connection.getresponse().status == 200
