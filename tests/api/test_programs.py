"""What the way that only programs take does without: see identity_cloud.middleware.ProgramsMiddleware."""

from __future__ import annotations

import pytest
from django.test import Client
from pytest_django import Settings

from tests.clients import consumer
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

PING = "/api/v1/ping/"


@pytest.fixture
def program() -> Client:
    return consumer(AccessKeyFactory())


def test_an_answer_sets_no_cookie_and_depends_on_none(program: Client) -> None:
    response = program.get(PING)
    assert response.status_code == 200
    assert not response.cookies
    assert "Cookie" not in response.get("Vary", "")


@pytest.mark.parametrize("path", [PING, "/api/v1/nothing/", "/metrics/"])
def test_every_answer_is_as_closed_to_browsers_as_a_page_is(program: Client, path: str) -> None:
    response = program.get(path)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert response["Cache-Control"] == "no-store"


def test_programs_hear_english_whatever_page_the_thread_answered_before(program: Client) -> None:
    page = Client().get("/accounts/login/", headers={"accept-language": "de"})
    assert page["Content-Language"] == "de"
    refused = program.post("/api/v1/access-keys/", {"nom": 1}, "application/json")
    nobody = Client().get(PING, headers={"accept-language": "de"})
    assert refused.json()["errors"][0]["detail"] == "The access key lacks the scope access_keys:write."
    assert nobody.json()["errors"][0]["detail"] == "Present an access key: Authorization: Bearer <key>."


def test_a_host_that_is_not_ours_is_refused(program: Client) -> None:
    response = program.get(PING, headers={"host": "elsewhere.example"})
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "bad_request"


def test_over_plain_http_a_key_is_refused_and_not_led_on(program: Client, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    response = program.get(PING)
    assert response.status_code == 403
    assert response.json()["errors"] == [
        {
            "code": "https_required",
            "detail": "Use https. A key that was sent over http may have been overheard: replace it.",
            "attr": None,
        }
    ]
    assert program.get(PING, secure=True).status_code == 200


def test_a_browser_that_strays_here_gets_a_page(client: Client) -> None:
    response = client.get("/api/v1/nothing/", headers={"accept": "text/html"})
    assert response.status_code == 404
    assert response["Content-Type"].startswith("text/html")
