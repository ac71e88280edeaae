"""The rule for each migration, present and to come, as far as its SQL tells: it holds no verification up."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.loader import MigrationLoader
from pytest_django import DjangoDbBlocker

from accesskeys.models import AccessKey, Rotation
from accesskeys.verification.finding import statement
from tests.models.migration_rules import objections

LOADER = MigrationLoader(None)
MIGRATIONS = sorted(LOADER.graph.nodes)
OWN = [name for app, name in MIGRATIONS if app == "accesskeys"]
OTHERS = [(app, name) for app, name in MIGRATIONS if app != "accesskeys"]
TABLES = {model._meta.db_table for model in apps.get_app_config("accesskeys").get_models()}


def sql_of(app: str, name: str, *, backwards: bool = False) -> str:
    output = io.StringIO()
    call_command("sqlmigrate", app, name, backwards=backwards, stdout=output, no_color=True)
    return output.getvalue()


@pytest.fixture
def database(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Without a transaction, in which SQLite writes no migration down. Nothing is changed."""
    with django_db_blocker.unblock():
        yield


@pytest.mark.usefixtures("database")
class TestEachMigration:
    @pytest.mark.parametrize("name", OWN)
    @pytest.mark.parametrize("backwards", [False, True])
    def test_holds_nobody_up(self, name: str, backwards: bool) -> None:
        if backwards and name == OWN[0]:
            return  # Nobody verifies any more.
        sql = sql_of("accesskeys", name, backwards=backwards)
        if (
            "CANNOT BE WRITTEN AS SQL" in sql
        ):  # Python goes through the rows in batches, each of them committed.
            assert not LOADER.get_migration("accesskeys", name).atomic
        if connection.vendor == "postgresql":
            assert list(objections(sql)) == []
        else:
            assert "CONCURRENTLY" not in sql
            assert "LOCK" not in sql

    @pytest.mark.parametrize(("app", "name"), OTHERS)
    def test_of_other_apps_touches_no_table_of_ours(
        self, app: str, name: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # What a migration takes away is looked up in the database, where it is no more.
        monkeypatch.setattr(BaseDatabaseSchemaEditor, "_constraint_names", lambda *_, **__: ["gone"])
        assert not any(table in sql_of(app, name) for table in TABLES)

    def test_a_decision_reads_these_tables_and_no_other(self) -> None:
        sql = statement._of_only_keys("default").sql + statement._of_all_keys("default").sql
        assert set(re.findall(r'(?:FROM|JOIN) "(\w+)"', sql)) == {
            model._meta.db_table for model in (AccessKey, Rotation)
        }


class TestTheRule:
    """It refuses what would stall, and lets pass what does not."""

    HELD = "LOCK TABLE accesskeys_accesskey IN ACCESS EXCLUSIVE MODE;\n"

    @pytest.mark.parametrize(
        ("sql", "told"),
        [
            ('CREATE INDEX "a" ON "accesskeys_accesskey" ("name");', "not concurrently"),
            ('CREATE UNIQUE INDEX "a" ON "accesskeys_accesskey" ("name");', "not concurrently"),
            ('DROP INDEX IF EXISTS "a";', "not concurrently"),
            ('ALTER TABLE "accesskeys_accesskey" ADD COLUMN "a" text NULL;', "waits for its table"),
            ('DROP TABLE "accesskeys_accesskey" CASCADE;', "waits for its table"),
            (HELD + 'CREATE INDEX CONCURRENTLY a ON "accesskeys_auditevent" (at);', "not quick"),
            (HELD + "LOCK TABLE accesskeys_auditevent IN ACCESS EXCLUSIVE MODE;", "not quick"),
            (HELD + 'ALTER TABLE "accesskeys_auditevent" ADD COLUMN "a" text NULL;', "waits for its table"),
            (
                HELD + 'ALTER TABLE "accesskeys_accesskey" ADD CONSTRAINT "a" CHECK (b > 0);',
                "checked at once",
            ),
            (HELD + 'ALTER TABLE "accesskeys_accesskey" ADD CONSTRAINT "a" UNIQUE ("b");', "checked at once"),
            (HELD + 'ALTER TABLE "accesskeys_accesskey" VALIDATE CONSTRAINT "a";', "is validated"),
            (HELD + 'ALTER TABLE "accesskeys_accesskey" ALTER COLUMN "a" TYPE text;', "another type"),
            (HELD + 'ALTER TABLE "accesskeys_accesskey" ALTER COLUMN "a" SET NOT NULL;', "NOT NULL"),
            (HELD + 'ALTER TABLE "accesskeys_accesskey" ADD COLUMN "a" text UNIQUE;', "an index or a"),
            (HELD + 'ALTER TABLE "accesskeys_accesskey" ADD COLUMN "a" uuid DEFAULT gen();', "computed"),
            ('UPDATE "accesskeys_accesskey" SET "a" = 1;', "many rows"),
        ],
    )
    def test_objects(self, sql: str, told: str) -> None:
        assert any(told in objection for objection in objections(sql))

    @pytest.mark.parametrize(
        "sql",
        [
            'CREATE TABLE "new" ("id" uuid);\nCREATE INDEX "a" ON "new" ("id");\nALTER TABLE "new" ADD CONSTRAINT '
            '"b" CHECK (true);',
            'CREATE INDEX CONCURRENTLY IF NOT EXISTS a ON "accesskeys_accesskey" ("name");',
            'DROP INDEX CONCURRENTLY IF EXISTS "a";',
            HELD
            + 'ALTER TABLE "accesskeys_accesskey" ADD COLUMN "a" jsonb DEFAULT \'[]\' NOT NULL;\nCOMMIT;',
            HELD + 'ALTER TABLE "accesskeys_accesskey" ADD CONSTRAINT "a" CHECK (b > 0) NOT VALID;',
            HELD + 'ALTER TABLE "accesskeys_accesskey" ADD CONSTRAINT "a" UNIQUE USING INDEX "b";',
        ],
    )
    def test_lets_pass(self, sql: str) -> None:
        assert list(objections(sql)) == []
