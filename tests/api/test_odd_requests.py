"""Requests that are odd in their frame, before anybody reads what they say."""

from __future__ import annotations

import pytest
from django.test import RequestFactory

from identity_cloud.wsgi import Request
from tests.clients import consumer
from tests.factories import AccessKeyFactory


@pytest.mark.django_db
def test_more_fields_in_the_query_than_anybody_reads() -> None:
    client = consumer(AccessKeyFactory(scopes=["access_keys:read"]))
    response = client.get("/api/v1/access-keys/?" + "&".join(f"f{number}=1" for number in range(1001)))
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "parse_error"


def test_a_content_type_that_cannot_be_read_is_none_at_all() -> None:
    environ = RequestFactory().get("/").environ
    request = Request({**environ, "CONTENT_TYPE": "application/json; x*=foo''%41"})
    assert (request.content_type, request.content_params) == ("", {})
