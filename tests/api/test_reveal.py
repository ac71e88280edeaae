"""Showing a key over the API."""

from __future__ import annotations

import pytest
from django.test import Client

from accesskeys.core.scopes import REVEAL
from accesskeys.models import AccessKey
from tests.api.helpers import (
    JSON,
    LIST,
    NOWHERE,
    PING,
    errors,
    insufficient,
    last_event,
    reveal,
)
from tests.clients import consumer
from tests.factories import AccessKeyFactory, key_of

pytestmark = pytest.mark.django_db


class TestReveal:
    def test_shows_the_key(self, revealer: Client) -> None:
        access_key = AccessKeyFactory()
        response = revealer.post(reveal(access_key), content_type=JSON)
        assert (response.status_code, response.json()) == (200, {"key": key_of(access_key)})
        assert "no-store" in response["Cache-Control"]
        assert last_event() == ("api", "access_key.shown", "succeeded", "", "revealer")

    def test_takes_the_scope(self, reader: Client) -> None:
        access_key = AccessKeyFactory()
        response = reader.post(reveal(access_key), content_type=JSON)
        assert (response.status_code, response["WWW-Authenticate"]) == (403, insufficient(REVEAL))
        assert key_of(access_key).encode() not in response.content
        assert last_event() == ("api", "access_key.shown", "refused", "insufficient_scope", "reader")

    def test_one_that_is_not_there(self, revealer: Client) -> None:
        response = revealer.post(f"{LIST}{NOWHERE}/reveal/", content_type=JSON)
        assert (response.status_code, errors(response)) == (404, [("not_found", None)])
        assert last_event() == ("api", "access_key.shown", "refused", "not_found", "revealer")

    def test_a_damaged_row_says_so_and_goes_on_working(self, revealer: Client) -> None:
        access_key = AccessKeyFactory()
        AccessKey.objects.filter(pk=access_key.pk).update(sealed=bytes(83))
        response = revealer.post(reveal(access_key), content_type=JSON)
        assert (response.status_code, errors(response)) == (503, [("integrity_failure", None)])
        # Waiting does not mend it.
        assert "Retry-After" not in response
        assert last_event() == ("api", "access_key.shown", "failed", "integrity_failure", "revealer")
        assert consumer(access_key).get(PING).status_code == 200
