"""From the last release to this state, with 100,000 access keys: old and new processes side by side, under load."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.endurance.releases import WITH_SESSIONS, last_release, unpack
from tests.endurance.rolling import rolling
from tests.server.operators import signed_in
from tests.server.servers import Site, bare_site

LIST = "/settings/access-keys/"
ROWS = 100_000
WHILE = 4.0  # seconds of each state
LONGEST = 1.0  # seconds: the promise about verifications
NOT_MIGRATED = "Not started: The database is not migrated. Run manage.py prepare."

# Run by the old code: rows as it makes them, and their keys.
FILL = f"""
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey, AuditEvent
ring, size = get_keyring(), 5_000
for begin in range(0, {ROWS}, size):
    rows, keys = [], []
    for number in range(begin, begin + size):
        row, key = AccessKey(name=f"consumer_{{number}}", created_by="endurance"), ring.new_key()
        sealed = ring.current.seal(key, row_id=row.pk)
        row.digest, row.digest_key_id = ring.current.digest(key), ring.current.id
        row.sealed, row.sealed_key_id = sealed.text, sealed.key_id
        rows.append(row)
        keys.append(key)
    AccessKey.objects.bulk_create(rows)
    AuditEvent.objects.bulk_create(
        AuditEvent(
            actor_kind="command", actor_label="endurance", door="command", action="access_key.generated",
            access_key_id=row.pk, access_key_name=row.name, outcome="succeeded",
        )
        for row in rows
    )
    print(*keys, sep="\\n")
"""


@pytest.fixture(params=["postgresql", "sqlite"])
def new(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """This code, and a database in which nothing is yet."""
    with bare_site(tmp_path) as site:
        if request.param == "sqlite":
            yield site.with_settings(DATABASE_URL=f"sqlite:///{tmp_path}/site.sqlite3")
        else:
            assert site.environment["DATABASE_URL"].startswith("postgres")
            yield site


def installed(new: Site, release: str) -> Site:
    """That release, which has used the database until now."""
    tree = unpack(release, new.folder / "old")
    site = replace(new.with_settings(STATIC_ROOT=f"{new.folder}/static"), tree=tree)
    for command in (["migrate"], ["collectstatic", "--no-input"]):
        done = site.manage(*command, "--verbosity", "0")
        assert done.returncode == 0, done.stderr
    return site


def test_nothing_is_refused_that_should_pass(new: Site) -> None:
    old = installed(new, last_release())
    filled = old.manage("shell", "--verbosity", "0", "-c", FILL)
    assert filled.returncode == 0, filled.stderr
    keys = filled.stdout.split()
    assert len(keys) == ROWS
    writer = old.key("writer", "--scope", "access_keys:write", "--scope", "access_keys:read")
    with old.serve() as before, rolling(before, keys, writer) as house:
        time.sleep(WHILE)
        for role in ("all", "gate"):
            code, said = new.with_settings(ROLE=role).refuse_to_serve()
            assert (code, said.splitlines()[-1]) == (1, NOT_MIGRATED)
        began = time.monotonic()
        migrated = new.manage("prepare")
        seconds = time.monotonic() - began
        assert migrated.returncode == 0, migrated.stderr
        time.sleep(WHILE)
        with new.serve() as after:
            house.servers = [before, after]
            time.sleep(2 * WHILE)
            house.retire(before)
            assert before.stop() == 0
            time.sleep(WHILE)
            ready = after.ask("GET", "/health/ready")
            assert ready.status == 200, ready.body
            house.retire(after)
    print(f"{ROWS:,} access keys, migrated in {seconds:.1f} s:", dict(house.answers))
    print("The longest waits:", {what: f"{longest:.2f} s" for what, longest in house.longest.items()})
    changes = {"generate 201", "rotate 200", "complete 200", "revoke 204"}
    assert set(house.answers) == {"verify 200", "verify what is over 401", *changes}
    assert house.longest["verify"] < LONGEST
    checked = new.manage("check_integrity")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_an_operator_stays_signed_in(new: Site) -> None:
    """At the old process as at the new one, whichever it was."""
    old = installed(new, last_release(untagged=WITH_SESSIONS))
    with old.serve() as before, signed_in(old, before) as operator:
        migrated = new.manage("prepare")
        assert migrated.returncode == 0, migrated.stderr
        with new.serve() as after, signed_in(new, after) as newcomer:
            for each in (operator, newcomer):
                for server in (before, after, before):
                    assert replace(each, server=server).get(LIST).status == 200
