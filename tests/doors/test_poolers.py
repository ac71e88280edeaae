"""A pooler that has lost what was prepared: 503, and a fresh connection for the next request."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import OperationalError, ProgrammingError, connection
from django.test import Client
from psycopg.errors import lookup

from accesskeys import gate
from accesskeys.core.scopes import READ
from tests.api.helpers import LIST as API_LIST
from tests.clients import consumer
from tests.console.helpers import LIST
from tests.factories import AccessKeyFactory, OperatorFactory, key_of

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def failing(error: Exception, part: str = "") -> Iterator[None]:
    """Statements with this part fail."""

    def fail(execute: Any, sql: str, *more: Any) -> Any:
        if part in sql:
            raise error
        return execute(sql, *more)

    with connection.execute_wrapper(fail):
        yield


def lost() -> ProgrammingError:
    error = ProgrammingError("prepared statement does not exist")
    error.__cause__ = lookup("26000")()
    return error


def test_at_the_api() -> None:
    client = consumer(AccessKeyFactory(scopes=[READ]))
    with failing(lost(), "ORDER BY"):
        response = client.get(API_LIST)
        assert connection.connection is None
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert client.get(API_LIST).status_code == 200


def test_a_statement_that_only_fails_leaves_the_connection() -> None:
    client = consumer(AccessKeyFactory(scopes=[READ]))
    with failing(OperationalError("canceling statement due to lock timeout"), "ORDER BY"):
        response = client.get(API_LIST)
        assert connection.connection is not None
    assert (response.status_code, response["Retry-After"]) == (503, "5")


def test_on_a_page() -> None:
    browser = Client(raise_request_exception=False)
    browser.force_login(OperatorFactory(is_superuser=True))
    with failing(lost(), "accesskeys_accesskey"):
        assert browser.get(LIST).status_code == 503
        assert connection.connection is None
    assert browser.get(LIST).status_code == 200


def test_whatever_else_fails_at_the_gate_is_written_in_full(caplog: pytest.LogCaptureFixture) -> None:
    question = gate.Question("", f"Bearer {key_of(AccessKeyFactory())}", "127.0.0.1", "")
    with failing(RuntimeError("ours")), caplog.at_level(logging.ERROR, "accesskeys.gate"):
        assert gate.verify(question).status == 503
    (record,) = [record for record in caplog.records if record.name == "accesskeys.gate"]
    assert record.exc_info is not None
