"""Revoking over the API."""

from __future__ import annotations

import pytest
from django.test import Client

from accesskeys.core.scopes import WRITE
from accesskeys.models import AccessKey
from tests.api.helpers import (
    PING,
    details,
    insufficient,
    last_event,
)
from tests.clients import consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


class TestRevoke:
    def test_the_key_is_refused_at_once(self, writer: Client) -> None:
        access_key = AccessKeyFactory()
        program = consumer(access_key)
        assert program.get(PING).status_code == 200
        response = writer.delete(details(access_key))
        assert (response.status_code, response.content) == (204, b"")
        assert program.get(PING).status_code == 401
        assert not AccessKey.objects.filter(pk=access_key.pk).exists()
        assert last_event() == ("api", "access_key.revoked", "succeeded", "", "writer")

    def test_a_second_time_it_is_not_found(self, writer: Client) -> None:
        access_key = AccessKeyFactory()
        statuses = [writer.delete(details(access_key)).status_code for _ in range(2)]
        assert statuses == [204, 404]
        assert last_event() == ("api", "access_key.revoked", "refused", "not_found", "writer")

    def test_takes_the_scope(self, reader: Client) -> None:
        access_key = AccessKeyFactory()
        response = reader.delete(details(access_key))
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(WRITE))
        assert consumer(access_key).get(PING).status_code == 200

    def test_a_key_may_revoke_itself(self) -> None:
        access_key = AccessKeyFactory(scopes=[WRITE])
        client = consumer(access_key)
        assert client.delete(details(access_key)).status_code == 204
        assert client.get(PING).status_code == 401
