"""What a database says, without what was set."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.db import OperationalError

from accesskeys.core.database_errors import reason

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
