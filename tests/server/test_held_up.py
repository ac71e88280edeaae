"""Somebody holds the database for several seconds: no answer takes longer than a decision may."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg
import pytest

from tests.server.servers import Answer, Server, Site

AT_MOST = 2.5  # seconds, for any answer
HELD = 6  # seconds
KEYS = 24
ON_POSTGRESQL = "TEST_DATABASE_URL" in os.environ

_HOLD_FILE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], timeout=30, isolation_level=None)
for statement in sys.argv[2:]:
    connection.execute(statement)
print(flush=True)
sys.stdin.read()
"""


@contextmanager
def file_held(site: Site, *statements: str) -> Iterator[None]:
    """Another process has the SQLite file."""
    path = urlsplit(site.environment["DATABASE_URL"]).path
    holder = subprocess.Popen(
        [sys.executable, "-c", _HOLD_FILE, path, *statements], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert holder.stdout is not None
    holder.stdout.readline()
    yield
    holder.communicate()


@contextmanager
def table_held(site: Site, *statements: LiteralString) -> Iterator[None]:
    """Somebody else has the table in PostgreSQL."""
    with psycopg.connect(site.environment["DATABASE_URL"]) as connection:
        for statement in statements:
            connection.execute(statement)
        yield


# What keeps others from writing, and what keeps them from reading as well.
HOLDS: tuple[tuple[LiteralString, ...], tuple[LiteralString, ...]] = (
    (
        ("LOCK TABLE accesskeys_accesskey IN EXCLUSIVE MODE",),
        ("LOCK TABLE accesskeys_accesskey IN ACCESS EXCLUSIVE MODE",),
    )
    if ON_POSTGRESQL
    else (
        ("BEGIN IMMEDIATE", "UPDATE accesskeys_accesskey SET created_by = 'x'"),
        ("PRAGMA locking_mode=EXCLUSIVE", "BEGIN EXCLUSIVE", "DELETE FROM accesskeys_auditevent"),
    )
)


def timed(ask: Callable[[], Answer]) -> tuple[int, float]:
    before = time.monotonic()
    answer = ask()
    if answer.status == 503:
        assert int(answer.headers["Retry-After"]) > 0
    return answer.status, time.monotonic() - before


def all_at_once(server: Server, keys: list[str]) -> list[tuple[int, float]]:
    """What each of the keys hears, half at the gate and half at the API, and after how many seconds."""

    def ask(number: int) -> tuple[int, float]:
        key = keys[number]
        if number % 2:
            return timed(lambda: server.call("GET", "ping/", key))
        headers = {"Authorization": f"Bearer {key}"}
        return timed(lambda: server.ask("GET", "/auth/verify/", headers=headers))

    with ThreadPoolExecutor(len(keys)) as threads:
        return list(threads.map(ask, range(len(keys))))


def uses(site: Site) -> list[str | None]:
    listed = site.manage("list_access_keys", "--json")
    return [row["last_used_at"] for row in json.loads(listed.stdout)]


def until_all_are_used(site: Site) -> None:
    deadline = time.monotonic() + 20
    while None in uses(site):
        assert time.monotonic() < deadline


def with_keys(site: Site) -> list[str]:
    names = "".join(f"key_{number}\n" for number in range(KEYS + 1))
    (site.folder / "names").write_text(f"name\n{names}")
    made = site.manage("generate_access_keys", "--from-file", str(site.folder / "names"))
    assert made.returncode == 0, made.stderr
    return re.findall("ica_[0-9A-Za-z]{51}", made.stdout)


@pytest.mark.parametrize(("statements", "status"), [(HOLDS[0], 200), (HOLDS[1], 503)])
def test_no_answer_waits_and_then_all_is_as_before(
    own_site: Site, statements: tuple[LiteralString, ...], status: int
) -> None:
    keys = with_keys(own_site)
    assert len(keys) == KEYS + 1
    hold = table_held if ON_POSTGRESQL else file_held
    with own_site.serve() as server:
        with hold(own_site, *statements):
            end = time.monotonic() + HELD
            heard: list[tuple[int, float]] = []
            while time.monotonic() < end:
                heard += all_at_once(server, keys)
            assert {heard_status for heard_status, _ in heard} == {status}
            assert max(seconds for _, seconds in heard) < AT_MOST
            # Most are spared the wait.
            assert len(heard) > 2 * len(keys)
        time.sleep(1.1)  # Then one tries again.
        heard = all_at_once(server, keys[:1]) + all_at_once(server, keys)
        assert {heard_status for heard_status, _ in heard} == {200}
        assert max(seconds for _, seconds in heard) < AT_MOST
        until_all_are_used(own_site)
