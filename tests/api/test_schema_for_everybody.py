"""The OpenAPI document is read without a key, tells nothing of where it is served, and may be kept for minutes."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from accesskeys.api import schema_view
from accesskeys.models import AccessKey
from tests.api.helpers import PING
from tests.clients import anybody, consumer, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory

pytestmark = pytest.mark.django_db

SCHEMA = "/api/v1/schema/"
FORMATS = (
    *("application/json", "application/vnd.oai.openapi+json"),
    *("application/yaml", "application/vnd.oai.openapi"),
)


def a_stale_session() -> Client:
    operator = OperatorFactory()
    client = signed_in(operator)
    operator.is_active = False
    operator.save(update_fields=["is_active"])
    return client


CALLERS = {
    "nobody": anybody,
    "a bad key": lambda: anybody(authorization="Bearer nonsense"),
    "an expired key": lambda: consumer(AccessKeyFactory(expired=True)),
    "a key": lambda: consumer(AccessKeyFactory()),
    "another scheme": lambda: anybody(authorization="Basic b3BlcmF0b3I6cGFzc3dvcmQ="),
    "an operator": lambda: signed_in(OperatorFactory()),
    "an operator who left": a_stale_session,
}


@pytest.mark.parametrize("accept", [*FORMATS, "text/html,*/*;q=0.8"])
def test_everybody_reads_the_same(accept: str) -> None:
    expected = anybody().get(SCHEMA, headers={"Accept": accept}).content
    assert b"openapi" in expected
    for name, caller in CALLERS.items():
        response = caller().get(SCHEMA, headers={"Accept": accept})
        assert (response.status_code, response.content) == (200, expected), name


def test_what_comes_along_is_not_looked_at(settings: Settings, own_counters: None) -> None:
    """Neither counted as a bad key, nor noted as a use, nor held against a limit."""
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "1/hour"
    stranger = anybody(authorization="Bearer nonsense")
    assert [stranger.get(SCHEMA).status_code for _ in range(3)] == [200] * 3
    assert stranger.get(PING).status_code == 401  # Not yet 429.
    access_key = AccessKeyFactory()
    consumer(access_key).get(SCHEMA)
    assert AccessKey.objects.get(pk=access_key.pk).last_used_at is None


@pytest.mark.parametrize("accept", ["application/json", "text/html,*/*"])
def test_neither_database_nor_session_is_asked(
    accept: str, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client = signed_in(OperatorFactory())
    with django_assert_num_queries(0):
        response = client.get(SCHEMA, headers={"Accept": accept})
    assert response.status_code == 200
    assert "Cookie" not in response["Vary"]
    assert not response.cookies


@pytest.mark.parametrize("accept", FORMATS)
def test_it_tells_nothing_of_where_it_is_served(accept: str, settings: Settings) -> None:
    here = anybody().get(SCHEMA, headers={"Accept": accept}).content
    schema_view.written.cache_clear()
    settings.PUBLIC_URL = "https://inner.example"
    settings.ALLOWED_HOSTS = ["inner.example"]
    settings.LANGUAGE_CODE = "de"
    there = (
        anybody()
        .get(SCHEMA, headers={"Accept": accept, "Host": "inner.example", "Accept-Language": "fr"})
        .content
    )
    assert there == here
    secrets = (
        settings.SECRET_KEY,
        settings.ACCESS_KEYS_MASTER_KEYS,
        str(settings.BASE_DIR),
        "Django",
        "testserver",
    )
    assert [text for text in secrets if str(text).encode() in here] == []


def test_a_document_names_no_server_and_no_version_but_the_apis() -> None:
    document = json.loads(anybody().get(SCHEMA).content)
    assert document["info"]["version"] == "1"
    assert "servers" not in document
    assert "Content Too Large" in json.dumps(document)  # Whatever Python calls it, by its version.


class TestKeptForAWhile:
    @pytest.mark.parametrize("accept", FORMATS)
    def test_who_has_it_hears_that_it_is_the_same(self, accept: str) -> None:
        first = anybody().get(SCHEMA, headers={"Accept": accept})
        assert first["Cache-Control"] == "public, max-age=300"
        assert "Accept" in first["Vary"].split(", ")
        for tag in (first["ETag"], f"W/{first['ETag']}", f'"other", {first["ETag"]}', "*"):
            again = anybody().get(SCHEMA, headers={"Accept": accept, "If-None-Match": tag})
            assert (again.status_code, again.content) == (304, b"")
            kept = ("ETag", "Cache-Control", "Vary", "Content-Type")
            assert [again[name] for name in kept] == [first[name] for name in kept]
        other = anybody().get(SCHEMA, headers={"Accept": accept, "If-None-Match": '"other"'})
        assert (other.status_code, other.content) == (200, first.content)

    def test_each_format_is_a_version_of_its_own(self) -> None:
        tags = {
            anybody().get(SCHEMA, headers={"Accept": accept})["ETag"]
            for accept in ("*/*", "application/yaml")
        }
        assert len(tags) == 2

    def test_a_head_is_like_a_get_without_its_body(self) -> None:
        got, headed = anybody().get(SCHEMA), anybody().head(SCHEMA)
        assert (headed.status_code, headed.content) == (200, b"")
        assert headed["ETag"] == got["ETag"]

    @pytest.mark.parametrize(
        ("query", "headers"),
        [("?lang=de", {}), ("", {"If-None-Match": "no tag"}), ("", {"Accept": "image/png"})],
    )
    def test_a_refusal_is_not_kept(self, query: str, headers: dict[str, str]) -> None:
        response = anybody().get(f"{SCHEMA}{query}", headers=headers)
        assert response.status_code in {400, 406}
        assert response["Cache-Control"] == "no-store"
        assert "ETag" not in response
