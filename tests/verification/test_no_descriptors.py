"""A process that may open no more files cannot connect to its database: it is away then, and nobody is at fault."""

from __future__ import annotations

import errno

import pytest
from django.db import OperationalError, connections

from accesskeys.core.database_errors import is_passing
from accesskeys.verification.finding.opening import open_within


def test_no_descriptor_is_left_to_connect_with(monkeypatch: pytest.MonkeyPatch) -> None:
    """psycopg opens one to wait with, and what that raises is no error of a database."""

    def no_descriptor(*_: object) -> None:
        raise OSError(errno.EMFILE, "Too many open files")

    connection = connections["default"]
    monkeypatch.setattr(type(connection), "get_new_connection", no_descriptor)
    with pytest.raises(OperationalError, match="Too many open files") as raised:
        open_within(connection.copy(), 1)
    assert is_passing(raised.value)
