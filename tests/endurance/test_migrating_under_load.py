"""``manage.py prepare`` from migration 0003, with 200,000 access keys, an export under way and keys being verified."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection

from accesskeys import verification
from accesskeys.core.keyring import get_keyring
from accesskeys.models import AccessKey
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.helpers import address_of_the_test_database
from tests.models.test_migrations import indexes
from tests.models.test_migrations_under_load import access_keys
from tests.models.verifying import long_reader, verifying

ROOT = Path(__file__).resolve().parents[2]
BEFORE = "0003_indexes_for_a_million_rows"
ROWS = 200_000
READS = 5.0  # seconds
LONGEST = 1.0  # seconds: the promise

FILL = """
    INSERT INTO accesskeys_accesskey (id, name, digest, digest_key_id, sealed, sealed_key_id, scopes, allowed_networks,
        created_at, created_by)
    SELECT gen_random_uuid(), 'filler_' || n, sha256(n::text::bytea), 'k1', '?', 'k1', '[]', '[]',
        now() - n * interval '1 second', 'endurance'
    FROM generate_series(1, %s) AS n
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def migrated_again() -> Iterator[None]:
    yield
    AccessKey.objects.all().delete()
    call_command("migrate", verbosity=0)


def test_no_verification_waits() -> None:
    assert connection.vendor == "postgresql"
    now = indexes()
    key = key_of(AccessKeyFactory())
    OperatorFactory()  # As in any database that is in use; else both would make the first one.
    digest = get_keyring().current.digest(key)
    call_command("migrate", "accesskeys", BEFORE, verbosity=0)
    old = access_keys(BEFORE)  # Of the processes that go on meanwhile.
    with connection.cursor() as cursor:
        cursor.execute(FILL, [ROWS])
    begin = time.monotonic()
    with (
        long_reader(READS),
        verifying(lambda: old.filter(digest=digest).exists(), threads=4) as stalls,
    ):
        migrations = [prepare() for _ in range(2)]
        for migration in migrations:
            _, errors = migration.communicate(timeout=600)
            assert migration.returncode == 0, errors
    print(
        f"{ROWS:,} rows migrated in {time.monotonic() - begin:.1f} s; {stalls.asked:,} verifications, "
        f"the longest {stalls.longest * 1000:,.0f} ms"
    )
    assert indexes() == now
    assert stalls.wrong == []
    assert stalls.longest < LONGEST
    assert verification.authenticate(key).name


def prepare() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "manage.py", "prepare"],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address_of_the_test_database()},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
