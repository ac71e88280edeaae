"""Who wants a password checked while too many are: it is not tried, it does not count, and the page says so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.contrib.auth.models import User
from django.test import Client

from identity_cloud.operators.hashing import TURNS
from tests.factories import OperatorFactory
from tests.turns import Queue

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("argon2", "own_cache")]

SIGN_IN = "/accounts/login/"
PASSWORD_PAGE = "/accounts/password/change/"
PASSWORD, NEW_PASSWORD = "correct horse battery", "a long walk by the sea"
SENTENCE = "Too many passwords are being checked at the moment, so nothing was done."


@pytest.fixture
def ada() -> User:
    return OperatorFactory(username="ada", password=PASSWORD)


@pytest.fixture
def queue(ada: User) -> Iterator[Queue]:
    """As many as may wait."""
    queue = Queue(TURNS, at_once=1, waiting=2)
    yield queue
    queue.dissolve()


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_signing_in(queue: Queue, name: str) -> None:
    client = Client()
    response = client.post(SIGN_IN, {"login": name, "password": PASSWORD, "next": "/settings/audit-log/"})
    source = response.content.decode()
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert SENTENCE in source
    assert f'value="{name}"' in source
    assert 'name="next" value="/settings/audit-log/"' in source
    assert PASSWORD not in source
    assert "not correct" not in source
    assert "no-store" in response["Cache-Control"]
    assert "_auth_user_id" not in client.session


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("de", "Es werden gerade zu viele Passwörter geprüft, daher wurde nichts getan."),
        ("fr", "Trop de mots de passe sont en cours de vérification\u00a0: rien n’a été fait."),
    ],
)
def test_in_other_languages(queue: Queue, language: str, sentence: str) -> None:
    client = Client(headers={"Accept-Language": language})
    assert sentence in client.post(SIGN_IN, {"login": "ada", "password": PASSWORD}).content.decode()


def test_programs_hear_it_in_the_shape_of_the_api(queue: Queue) -> None:
    answer = Client().post(SIGN_IN, {"login": "ada"}, headers={"Accept": "application/json"})
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    [error] = answer.json()["errors"]
    assert (error["code"], error["detail"]) == ("unavailable", f"{SENTENCE} Try again in a few seconds.")


def test_what_was_not_tried_does_not_count(queue: Queue) -> None:
    client, typed = Client(), {"login": "ada", "password": PASSWORD}
    for _ in range(40):
        assert client.post(SIGN_IN, typed).status_code == 503
    queue.dissolve()
    assert client.post(SIGN_IN, typed).status_code == 302
    assert "_auth_user_id" in client.session


def test_nor_does_it_where_others_came_first_after_it_was_counted(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The turns are taken between the first look and the hash."""
    client, typed = Client(), {"login": "ada", "password": PASSWORD}
    queues: list[Queue] = []

    def come_first() -> None:
        queues.append(Queue(TURNS, at_once=1, waiting=2))

    with monkeypatch.context() as patch:
        patch.setattr(TURNS, "check", come_first)
        for _ in range(8):
            assert client.post(SIGN_IN, typed).status_code == 503
            queues.pop().dissolve()
    assert client.post(SIGN_IN, typed).status_code == 302


def test_changing_the_password(queue: Queue, ada: User) -> None:
    client = Client()
    client.force_login(ada)
    typed = {"oldpassword": PASSWORD, "password1": NEW_PASSWORD, "password2": NEW_PASSWORD}
    for _ in range(8):
        response = client.post(PASSWORD_PAGE, typed)
        assert (response.status_code, response["Retry-After"]) == (503, "5")
    source = response.content.decode()
    assert SENTENCE in source
    assert not any(password in source for password in typed.values())
    queue.dissolve()
    ada.refresh_from_db()
    assert ada.check_password(PASSWORD)
    assert client.post(PASSWORD_PAGE, typed).status_code == 302
    ada.refresh_from_db()
    assert ada.check_password(NEW_PASSWORD)


def test_whoever_is_signed_out_is_led_to_the_sign_in(queue: Queue) -> None:
    response = Client().post(PASSWORD_PAGE, {"oldpassword": PASSWORD})
    assert response["Location"] == f"{SIGN_IN}?next={PASSWORD_PAGE}"
