"""A standby that PostgreSQL waits for, and that is away, holds up no command, and no server."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from tests.replicas import ROOT, Two, two


@pytest.fixture(scope="module")
def alone() -> Iterator[Two]:
    """The primary, which waits for a standby that has gone."""
    with two() as both:
        both.standby.stop()
        yield both


def manage(both: Two, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": both.primary.url},
        capture_output=True,
        text=True,
        timeout=30,
    )


def test_housekeeping_is_done(alone: Two) -> None:
    done = manage(alone, "housekeeping")
    assert (done.returncode, done.stderr) == (0, "")
    assert alone.primary.execute("SELECT count(*) FROM accesskeys_housekeepingrun") == (1,)


def test_migrations_are_run(alone: Two) -> None:
    assert manage(alone, "migrate", "accesskeys", "0020", "--verbosity", "0").returncode == 0
    assert manage(alone, "migrate", "--verbosity", "0").returncode == 0


@pytest.mark.parametrize("role", ["all", "console", "gate"])
def test_what_a_server_writes_by_itself_waits_for_nobody(alone: Two, role: str) -> None:
    """Last uses, sessions, refusals in the audit log."""
    asking = (
        "import os\n"
        "from server.roles import settings_module\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = settings_module()\n"
        "import identity_cloud.wsgi\n"
        "from django.db import connection\n"
        "with connection.cursor() as cursor:\n"
        "    cursor.execute('SHOW synchronous_commit')\n"
        "    print(cursor.fetchone()[0])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", asking],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": alone.primary.url, "ROLE": role},
        capture_output=True,
        text=True,
        timeout=30,
    )
    assert (done.stdout, done.returncode) == ("local\n", 0), done.stderr


def test_an_operation_waits_a_lease_also_where_nobody_has_asked_the_standby_for_long(alone: Two) -> None:
    began = time.monotonic()
    done = manage(alone, "create_operator", "bea", "--invite")
    assert done.returncode == 0, done.stderr
    assert "A standby has not confirmed a change within 5.2 s." in done.stderr
    assert 5 < time.monotonic() - began < 20
    assert alone.primary.execute("SELECT username FROM auth_user") == ("bea",)
