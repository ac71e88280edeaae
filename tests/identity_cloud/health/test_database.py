"""What is found about the database, without a server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accesskeys.models import AccessKey, MasterKeyFingerprint
from accesskeys.operations import readiness
from identity_cloud.health.database import NAMES, database
from identity_cloud.readiness import NOT_MIGRATED
from tests.factories import AccessKeyFactory
from tests.helpers import database_away

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_known() -> Iterator[None]:
    readiness._is_needed.cache_clear()
    yield
    readiness._is_needed.cache_clear()


def failures() -> dict[str, str]:
    return {finding.name: finding.told for finding in database() if finding.is_failed}


def test_all_is_well() -> None:
    readiness.check_fingerprints()
    assert [finding.name for finding in database()] == list(NAMES)
    assert failures() == {}


def test_one_migration_is_missing() -> None:
    MigrationRecorder.Migration.objects.filter(app="operators").delete()
    assert failures() == {"migrations": NOT_MIGRATED}


def test_another_master_key_of_the_same_name() -> None:
    readiness.check_fingerprints()
    MasterKeyFingerprint.objects.update(fingerprint=bytes(32))
    assert failures()["master_keys"].startswith("The master key k1 in ACCESS_KEYS_MASTER_KEYS is not the one")


def test_a_master_key_that_was_put_away_is_missed_once_rows_need_it() -> None:
    access_key = AccessKeyFactory()
    MasterKeyFingerprint.objects.create(key_id="old", fingerprint=bytes(32))
    assert failures() == {}
    AccessKey.objects.filter(pk=access_key.pk).update(sealed_key_id="old")
    assert failures() == {}  # Until a minute is over.
    readiness._is_needed.cache_clear()
    assert failures()["master_keys"].startswith("Access keys in the database need the master key old, which")


def test_nobody_knows_more_while_it_is_away() -> None:
    with database_away():
        assert [(finding.name, finding.is_failed) for finding in database()] == [("database", True)]
        assert failures()["database"].endswith(": connection refused.")


def test_a_database_without_tables() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accesskeys_masterkeyfingerprint RENAME TO elsewhere")
    MigrationRecorder.Migration.objects.all().delete()
    assert failures() == {"migrations": NOT_MIGRATED}
