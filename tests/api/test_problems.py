"""What is not there, and what cannot be answered now."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from django.db import InterfaceError, OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse
from django.test import Client

from accesskeys.core.scopes import READ, REVEAL, WRITE
from accesskeys.models import AccessKey
from tests.api.helpers import (
    CURRENT,
    JSON,
    LIST,
    PING,
    details,
    errors,
    reveal,
)
from tests.clients import anybody, consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


class TestMethodsThatAreNotThere:
    @pytest.mark.parametrize("method", ["OPTIONS", "TRACE", "PUT", "CONNECT", "PROPFIND"])
    def test_are_405(self, method: str) -> None:
        access_key = AccessKeyFactory(scopes=[READ, WRITE, REVEAL])
        for path in (PING, CURRENT, LIST, details(access_key), reveal(access_key)):
            response = consumer(access_key).generic(method, path)
            assert response.status_code == 405
            assert method not in response["Allow"]
            assert errors(response) == [("method_not_allowed", None)]

    def test_a_method_cannot_be_overridden(self, writer: Client) -> None:
        access_key = AccessKeyFactory()
        response = writer.post(details(access_key), "{}", JSON, headers={"X-Http-Method-Override": "DELETE"})
        assert response.status_code == 405
        assert AccessKey.objects.filter(pk=access_key.pk).exists()


class TestDatabaseAway:
    @contextmanager
    def away(self, error: type[Exception]) -> Iterator[None]:
        def fail(*args: Any, **kwargs: Any) -> None:
            raise error("server closed the connection unexpectedly")

        # The one thing that every statement passes, those asked of the driver itself included.
        with patch.object(BaseDatabaseWrapper, "ensure_connection", fail):
            yield

    @pytest.mark.parametrize("error", [OperationalError, InterfaceError])
    @pytest.mark.parametrize("ask", ["ping", "list", "generate", "revoke"])
    def test_is_503_and_says_when_to_come_back(self, ask: str, error: type[Exception]) -> None:
        access_key = AccessKeyFactory(scopes=[READ, WRITE])
        client = consumer(access_key)
        asks: dict[str, Callable[[], HttpResponse]] = {
            "ping": lambda: client.get(PING),
            "list": lambda: client.get(LIST),
            "generate": lambda: client.post(LIST, '{"name": "fresh"}', JSON),
            "revoke": lambda: client.delete(details(access_key)),
        }
        with self.away(error):
            response = asks[ask]()
        assert (response.status_code, errors(response)) == (503, [("unavailable", None)])
        assert int(response["Retry-After"]) > 0
        assert "closed the connection" not in response.content.decode()

    def test_a_forged_key_is_refused_all_the_same(self) -> None:
        with self.away(OperationalError):
            assert anybody(authorization="Bearer ica_" + 51 * "A").get(PING).status_code == 401
