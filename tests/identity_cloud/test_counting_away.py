"""While attempts cannot be counted, nobody signs in, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from tests.factories import OperatorFactory
from tests.redis_servers import RedisServer
from tools.ports import free_port

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
PASSWORD_PAGE = "/accounts/password/change/"
PASSWORD = "correct horse battery"
NOT_POSSIBLE = "is not possible at the moment: attempts cannot be counted. Try again in a few seconds."


def counted_at(settings: Any, port: int) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "identity_cloud.caches.RedisCache",
            "LOCATION": f"redis://127.0.0.1:{port}/0",
            "OPTIONS": {"socket_timeout": 1, "socket_connect_timeout": 1},
        }
    }


@pytest.fixture
def redis(settings: Any, tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    server.start()
    counted_at(settings, server.port)
    yield server
    server.kill()


@pytest.fixture
def never_there(settings: Any) -> None:
    counted_at(settings, free_port())


def test_signing_in_while_redis_is_stopped(redis: RedisServer) -> None:
    OperatorFactory(username="ada", password=PASSWORD)
    client = Client()
    client.post(SIGN_IN, {"login": "ada", "password": "wrong"})
    assert cache._cache.get_client().keys("*allauth*")
    redis.kill()
    response = client.post(SIGN_IN, {"login": "ada", "password": PASSWORD, "next": "/settings/audit-log/"})
    source = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert f"Signing in {NOT_POSSIBLE}" in source
    assert 'value="ada"' in source
    assert 'name="next" value="/settings/audit-log/"' in source
    assert PASSWORD not in source
    assert "no-store" in response["Cache-Control"]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "Signing in is not possible at the moment"),
        ("de", "Die Anmeldung ist gerade nicht möglich"),
        ("fr", "La connexion est impossible pour le moment"),
    ],
)
@pytest.mark.usefixtures("never_there")
def test_signing_in_where_there_was_never_one(language: str, sentence: str) -> None:
    client = Client(headers={"Accept-Language": language})
    assert client.get(SIGN_IN).status_code == 200
    response = client.post(SIGN_IN, {"login": "ada", "password": PASSWORD})
    assert response.status_code == 503
    assert sentence in response.content.decode()


@pytest.mark.usefixtures("never_there")
def test_programs_hear_it_in_the_shape_of_the_api() -> None:
    answer = Client().post(SIGN_IN, {"login": "ada"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert answer.json()["errors"] == [
        {"code": "unavailable", "detail": f"Signing in {NOT_POSSIBLE}", "attr": None}
    ]


@pytest.mark.usefixtures("never_there")
def test_changing_the_password() -> None:
    operator = OperatorFactory(username="ada", password=PASSWORD)
    client = Client()
    client.force_login(operator)
    typed = {
        "oldpassword": PASSWORD,
        "password1": "a long walk by the sea",
        "password2": "a long walk by the sea",
    }
    response = client.post(PASSWORD_PAGE, typed)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    source = response.content.decode()
    assert f"Changing the password {NOT_POSSIBLE}" in source
    assert not any(password in source for password in typed.values())
    operator.refresh_from_db()
    assert operator.check_password(PASSWORD)


def test_files_that_cannot_be_written(settings: Any, tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    settings.CACHES = {"default": {"BACKEND": "identity_cloud.caches.FileCache", "LOCATION": str(folder)}}
    folder.write_bytes(b"")  # Nothing can be written below a file, not even by root.
    assert Client().post(SIGN_IN, {"login": "ada", "password": PASSWORD}).status_code == 503
