"""What migrations of tables in use are made of: no verification waits for one longer than a moment.

On PostgreSQL indexes come and go concurrently, and whatever needs a table for itself asks for it briefly, again and
again: behind one that queues for as long as an export lasts, every verification would queue as well. On SQLite, where
readers wait for no writer, all of it is ordinary. A migration of indexes is not ``atomic``, so each of its operations
can be repeated after it was interrupted.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from django.db import OperationalError, migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor as Editor
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState as State
from django.db.models import Index

LOCK_TIMEOUT: Final = "200ms"  # So long a verification may have to wait, each time that a table is asked for.
PAUSE: Final = 1.0  # seconds until it is asked for again
TOLD_EVERY: Final = 30  # times

_LOCK_NOT_AVAILABLE: Final = "55P03"
# Whoever has held one of the tables for longer than a moment, and for longest.
_HOLDER: Final = """
    SELECT pid, EXTRACT(EPOCH FROM clock_timestamp() - xact_start)::int
    FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE relation IN (SELECT to_regclass(name) FROM unnest(%s::text[]) AS name) AND granted AND pid <> pg_backend_pid()
        AND xact_start < clock_timestamp() - interval '1 second'
    ORDER BY xact_start LIMIT 1
"""

logger = logging.getLogger("accesskeys.migrations")


class HoldingTables(migrations.SeparateDatabaseAndState):
    """Quick operations, done once the tables that they change are held, all at once. Its migration is atomic."""

    def __init__(self, *tables: str, operations: Sequence[Operation]) -> None:
        super().__init__(operations, operations)
        self._tables = tables

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        _hold(schema_editor, self._tables)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        _hold(schema_editor, self._tables)
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class CreateModel(migrations.CreateModel):
    """A table, and the one that it refers to, which is held as well: a reference is made and dropped on both sides."""

    def __init__(self, *args: Any, referred_to: str | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.referred_to = [referred_to] if referred_to else []

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        _hold(schema_editor, self.referred_to)
        super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        table = from_state.apps.get_model(app_label, self.name)._meta.db_table
        _hold(schema_editor, [*self.referred_to, table])
        super().database_backwards(app_label, schema_editor, from_state, to_state)


class AddField(migrations.AddField):
    """A column with a default that stays in the database. SQLite needs no new table for it, as Django believes."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        if schema_editor.connection.vendor != "sqlite":
            super().database_forwards(app_label, schema_editor, from_state, to_state)
            return
        model = to_state.apps.get_model(app_label, self.model_name)
        field = model._meta.get_field(self.name)
        definition, parameters = schema_editor.column_sql(model, field)
        quoted = schema_editor.quote_name
        schema_editor.execute(
            f"ALTER TABLE {quoted(model._meta.db_table)} ADD COLUMN {quoted(field.column)} {definition}",
            parameters or None,
        )


class RemoveIndexOfField(migrations.AlterField):
    """A column without the index that Django has made of it alone. SQLite needs no new table for it."""

    def __init__(self, *args: Any, index: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.index = index

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        _drop(schema_editor, self.index)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        column = schema_editor.quote_name(model._meta.get_field(self.name).column)
        _build(schema_editor, self.index, model._meta.db_table, f"({column})")


class AddIndex(migrations.AddIndex):
    """An index of the model, built while the table is in use."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        _add(app_label, schema_editor, to_state, self.model_name, self.index)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        _drop(schema_editor, self.index.name)


class RemoveIndex(migrations.RemoveIndex):
    """An index that the model has no more, dropped while the table is in use."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        _drop(schema_editor, self.name)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        index = to_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        _add(app_label, schema_editor, to_state, self.model_name, index)


class AddPostgreSQLIndex(Operation):
    """An index that no model tells of: ``definition`` is what stands behind the name of the table."""

    def __init__(self, *, name: str, table: str, definition: str) -> None:
        self.name, self.table, self.definition = name, table, definition

    def state_forwards(self, app_label: str, state: State) -> None:
        """No model tells of it."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        if _is_postgresql(schema_editor):
            _build(schema_editor, self.name, self.table, self.definition)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        if _is_postgresql(schema_editor):
            _drop(schema_editor, self.name)


class RemovePostgreSQLIndex(AddPostgreSQLIndex):
    """The same, the other way round."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        super().database_backwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        super().database_forwards(app_label, schema_editor, from_state, to_state)


class RunPostgreSQL(migrations.RunSQL):
    """Statements that hold nobody up, for PostgreSQL alone."""

    def database_forwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        if _is_postgresql(schema_editor):
            with _unhurried(schema_editor):
                super().database_forwards(app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self, app_label: str, schema_editor: Editor, from_state: State, to_state: State
    ) -> None:
        if _is_postgresql(schema_editor):
            with _unhurried(schema_editor):
                super().database_backwards(app_label, schema_editor, from_state, to_state)


def _is_postgresql(schema_editor: Editor) -> bool:
    return schema_editor.connection.vendor == "postgresql"


def _hold(schema_editor: Editor, tables: Sequence[str]) -> None:
    """Take all of the tables within the time limit, or none of them and try again."""
    if not tables or not _is_postgresql(schema_editor):
        return
    # For the whole transaction: what was forgotten here fails below, instead of waiting while these are held.
    schema_editor.execute(f"SET LOCAL lock_timeout = '{LOCK_TIMEOUT}'")
    tries = 0
    while not _took(schema_editor, tables):
        tries += 1
        time.sleep(PAUSE)
        if tries % TOLD_EVERY == 1:
            _tell_holder(schema_editor, tables)


def _took(schema_editor: Editor, tables: Sequence[str]) -> bool:
    try:
        with transaction.atomic(schema_editor.connection.alias):
            schema_editor.execute(f"LOCK TABLE {', '.join(tables)} IN ACCESS EXCLUSIVE MODE")
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


def _add(app_label: str, schema_editor: Editor, state: State, model_name: str, index: Index) -> None:
    model = state.apps.get_model(app_label, model_name)
    table = schema_editor.quote_name(model._meta.db_table)
    _, _, definition = str(index.create_sql(model, schema_editor)).partition(f" ON {table} ")
    _build(schema_editor, index.name, model._meta.db_table, definition)


def _build(schema_editor: Editor, name: str, table: str, definition: str) -> None:
    index = f"{schema_editor.quote_name(name)} ON {schema_editor.quote_name(table)} {definition}"
    if not _is_postgresql(schema_editor):
        schema_editor.execute(f"CREATE INDEX IF NOT EXISTS {index}", None)
        return
    if _is_invalid(schema_editor, name):
        _drop(schema_editor, name)
    _tell_holder(schema_editor, [table])
    with _unhurried(schema_editor):
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {index}", None)


def _drop(schema_editor: Editor, name: str) -> None:
    if not _is_postgresql(schema_editor):
        schema_editor.execute(f"DROP INDEX IF EXISTS {name}")
        return
    with _unhurried(schema_editor):
        schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")


def _is_invalid(schema_editor: Editor, name: str) -> bool:
    """Whether it was begun and interrupted."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_index WHERE indexrelid = to_regclass(%s) AND NOT indisvalid", [name])
        return cursor.fetchone() is not None


@contextmanager
def _unhurried(schema_editor: Editor) -> Iterator[None]:
    """Nobody waits for what works concurrently, or reads alone; it may take as long as it takes."""
    limits = ("statement_timeout", "lock_timeout")
    for limit in limits:
        schema_editor.execute(f"SET {limit} = 0")
    try:
        yield
    finally:
        for limit in limits:
            schema_editor.execute(f"RESET {limit}")


def _tell_holder(schema_editor: Editor, tables: Sequence[str]) -> None:
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_HOLDER, [list(tables)])
        for pid, seconds in cursor.fetchall():
            logger.warning(
                "The migration waits for %s: process %d of PostgreSQL has been using it for %d s. "
                "Nobody else is kept waiting.",
                " and ".join(tables),
                pid,
                seconds,
            )
