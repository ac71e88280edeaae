"""What a database says, without what was set."""

from __future__ import annotations

import psycopg
import pytest
from django.conf import settings
from django.db import (
    DatabaseError,
    IntegrityError,
    InterfaceError,
    InternalError,
    OperationalError,
    ProgrammingError,
)
from psycopg.errors import lookup

from accesskeys.core.database_errors import behind, is_of_pooler, is_passing, reason

DATABASE = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "hunter1",
    "USER": "hunter2",
    "PASSWORD": "hunter3",
    "HOST": "hunter4.internal,hunter6.internal",
    "PORT": "5432",
    "CONN_MAX_AGE": None,
    "OPTIONS": {"options": "-c hunter5", "connect_timeout": 3},
}


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ('FATAL: no password for user "x"\nand more', "FATAL: no password for user “…”"),
        ("FATAL:  Datenbank »x« existiert nicht", "FATAL:  Datenbank “…” existiert nicht"),
        (
            "could not translate host name hunter4.internal to address.",
            "could not translate host name … to address",
        ),
        ("failed to resolve host 'hunter6.internal'", "failed to resolve host '…'"),
        ("FATAL: hunter5 requires a value", "FATAL: … requires a value"),
        ("hunter1 hunter2 hunter3", "… … …"),
        ("hunter22 is not one of them", "hunter22 is not one of them"),
        ("attempt to write a readonly database", "attempt to write a readonly database"),
    ],
)
def test_nothing_of_the_settings_is_told(monkeypatch: pytest.MonkeyPatch, said: str, told: str) -> None:
    monkeypatch.setitem(settings.DATABASES, "default", DATABASE)
    assert reason(OperationalError(said)) == told


def raised_from(kind: type[DatabaseError], state: str) -> DatabaseError:
    error = kind("Said by the database")
    error.__cause__ = lookup(state)()
    return error


def nameless() -> DatabaseError:
    """As libpq says it of a line that broke unannounced."""
    error = DatabaseError("server closed the connection unexpectedly")
    error.__cause__ = psycopg.DatabaseError()
    return error


@pytest.mark.parametrize(
    "error",
    [
        OperationalError(),
        InterfaceError(),
        raised_from(InternalError, "25006"),  # A transaction that only reads.
        raised_from(InternalError, "25P02"),  # One that has failed already.
        raised_from(ProgrammingError, "26000"),  # A prepared statement that is not there.
        raised_from(ProgrammingError, "42P05"),  # One that is there already.
        raised_from(OperationalError, "57P01"),
        nameless(),
    ],
    ids=repr,
)
def test_what_may_be_over_in_a_moment(error: Exception) -> None:
    assert is_passing(error)


@pytest.mark.parametrize(
    "error",
    [
        None,
        ValueError(),
        DatabaseError("database disk image is malformed"),
        IntegrityError(),
        raised_from(ProgrammingError, "42P01"),
        raised_from(InternalError, "XX001"),
    ],
    ids=repr,
)
def test_what_will_not(error: Exception | None) -> None:
    assert not is_passing(error)


def test_what_a_pooler_has_lost_or_kept() -> None:
    assert is_of_pooler(raised_from(ProgrammingError, "26000"))
    assert is_of_pooler(raised_from(ProgrammingError, "42P05"))
    assert not is_of_pooler(OperationalError())
    assert not is_of_pooler(None)


def test_what_led_to_an_error_is_found_behind_it() -> None:
    away = OperationalError()
    try:
        try:
            raise away
        except OperationalError:
            raise ValueError("in between") from None
    except ValueError as error:
        assert behind(error) is away
    assert behind(ValueError()) is None
    assert behind(None) is None
