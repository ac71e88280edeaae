"""``/access-keys/current/`` reads more than a decision does, and may find nothing any more."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from accesskeys.models import AccessKey
from tests.api.helpers import CURRENT, errors
from tests.clients import consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db


def test_a_key_that_is_revoked_after_it_was_accepted_is_refused() -> None:
    access_key = AccessKeyFactory(owner="Payments")
    client = consumer(access_key)
    assert client.get(CURRENT).json()["owner"] == "Payments"

    def revoke_first(execute: Any, sql: str, *arguments: Any) -> Any:
        if '"owner"' in sql:
            AccessKey.objects.only("pk").all().delete()
        return execute(sql, *arguments)

    with connection.execute_wrapper(revoke_first):
        response = client.get(CURRENT)
    assert (response.status_code, errors(response)) == (401, [("invalid_token", None)])
    assert 'error="invalid_token"' in response["WWW-Authenticate"]
