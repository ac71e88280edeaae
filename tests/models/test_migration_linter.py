"""What django-migration-linter says of our migrations: nothing that a process of the release before would stumble on.

Those of libraries are not ours, and of small tables; ``test_migration_rules.py`` holds that they leave ours alone.
"""

from __future__ import annotations

import pytest
from django.db.migrations import Migration
from django_migration_linter import MigrationLinter
from django_migration_linter.sql_analyser import analyse_sql_statements

from tests.models.test_migration_rules import database

database = database  # The fixture of that file.

OUR_APPS = ("accesskeys", "operators")

# Its rule, and why it is none of ours.
OFF = {"RUNPYTHON_ARGS_NAMING_CONVENTION": "Here, what is not used begins with an underscore."}
# What it objects to, and why that stands.
ACCEPTED = {
    ("accesskeys", "0002_limits_and_suspension", "NOT_NULL"): "It is older than any release.",
}


@pytest.fixture
def linter(database: None) -> MigrationLinter:
    return MigrationLinter(no_cache=True, no_output=True)


def objections(linter: MigrationLinter, migration: Migration) -> set[str]:
    """The codes of all that it says, errors and warnings alike."""
    sql = linter.get_sql(migration.app_label, migration.name)
    of_sql = analyse_sql_statements(linter.sql_analyser_class, sql, [])
    return {issue.code for issues in (*of_sql, *linter.analyse_data_migration(migration)) for issue in issues}


def test_nothing_that_is_not_accepted(linter: MigrationLinter) -> None:
    ours = [
        migration
        for (app, _), migration in linter.migration_loader.disk_migrations.items()
        if app in OUR_APPS
    ]
    assert {migration.app_label for migration in ours} == set(OUR_APPS)
    found = {
        (each.app_label, each.name, code) for each in ours for code in objections(linter, each) - set(OFF)
    }
    assert found == set(ACCEPTED)


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        ('ALTER TABLE "accesskeys_accesskey" DROP COLUMN "hint"', "DROP_COLUMN"),
        ('ALTER TABLE "accesskeys_accesskey" RENAME COLUMN "hint" TO "end"', "RENAME_COLUMN"),
        ('ALTER TABLE "accesskeys_accesskey" RENAME TO "keys"', "RENAME_TABLE"),
        ('DROP TABLE "accesskeys_rotation"', "DROP_TABLE"),
    ],
)
def test_it_objects(linter: MigrationLinter, sql: str, code: str) -> None:
    errors, _, _ = analyse_sql_statements(linter.sql_analyser_class, [sql], [])
    assert [error.code for error in errors] == [code]
