"""The page behind a link: no sign-in, nothing by following the link alone, one answer to whatever is no open link."""

from __future__ import annotations

import logging
import re

import pytest
from django.test import Client
from pytest_django import Settings

from accesskeys import operations
from accesskeys.models import AccessKey, HandOver
from accesskeys.operations.actors import Actor
from tests.factories import key_of
from tests.helpers import audit_log, holds_part_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_counters")]

PAGE = "/hand-over/"
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')


@pytest.fixture
def secret(billing: AccessKey, command: Actor) -> str:
    return operations.hand_over(access_key_id=billing.pk, actor=command).secret


def test_a_mail_scanner_opens_nothing(secret: str) -> None:
    before = audit_log()
    for client in (Client(), Client(enforce_csrf_checks=True)):
        responses = [client.get(PAGE), client.head(PAGE), client.options(PAGE), client.post(PAGE)]
        responses += [client.get(PAGE, {"secret": secret}), client.head(f"{PAGE}?secret={secret}")]
        assert all("ica_" not in response.content.decode() for response in responses)
        assert {response["X-Robots-Tag"] for response in responses[:3]} == {"noindex"}
    assert Client(enforce_csrf_checks=True).post(PAGE, {"secret": secret}).status_code == 403
    assert HandOver.objects.open().count() == 1
    assert audit_log() == before


@pytest.mark.parametrize("pasted", ["{}", " {} ", "https://keys.example.com/hand-over/#{}"])
def test_the_button_shows_the_key(pasted: str, secret: str, billing: AccessKey) -> None:
    client = Client(REMOTE_ADDR="198.51.100.9")
    response = client.post(PAGE, {"secret": pasted.format(secret)})
    source = response.content.decode()
    assert (response.status_code, source.count(key_of(billing)), source.count("billing")) == (200, 1, 1)
    assert secret not in source
    assert "no-store" in response["Cache-Control"]
    assert response["X-Robots-Tag"] == "noindex"
    assert response["Referrer-Policy"] == "no-referrer"
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert not client.session.keys()
    assert HandOver.objects.get().opened_from == "198.51.100.9"


def test_whatever_is_no_open_link_is_answered_alike(secret: str, billing: AccessKey, command: Actor) -> None:
    taken, gone, kept = (operations.hand_over(access_key_id=billing.pk, actor=command) for _ in range(3))
    operations.take_back(access_key_id=billing.pk, number=taken.hand_over.number, actor=command)
    HandOver.objects.filter(pk=gone.hand_over.pk).update(expires_at=gone.hand_over.created_at)
    Client().post(PAGE, {"secret": secret})
    operations.suspend(access_key_id=billing.pk, actor=command)
    answers = set()
    for text in (secret, taken.secret, gone.secret, kept.secret, "a" * 43, "nonsense", "x#"):
        response = Client().post(PAGE, {"secret": text})
        answers.add((response.status_code, TOKEN.sub("", response.content.decode())))
    ((status, source),) = answers
    assert status == 404
    assert "Ask whoever sent it for a new one." in source
    assert "It is shown once" not in source
    assert "It is shown once" in Client().get(PAGE).content.decode()


def test_an_empty_field_says_what_to_do() -> None:
    response = Client().post(PAGE, {"secret": ""})
    assert response.status_code == 200
    assert "Paste the link." in response.content.decode()


def test_an_address_that_keeps_guessing_hears_429(
    settings: Settings, secret: str, billing: AccessKey
) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "1/minute"
    statuses = [Client().post(PAGE, {"secret": "a" * 43}) for _ in range(2)]
    assert [response.status_code for response in statuses] == [404, 429]
    assert 0 < int(statuses[1]["Retry-After"]) <= 60
    assert key_of(billing) in Client().post(PAGE, {"secret": secret}).content.decode()


def test_a_damaged_key_is_told_and_the_link_kept(secret: str, billing: AccessKey) -> None:
    AccessKey.objects.filter(pk=billing.pk).update(sealed=b"?" * 84)
    response = Client().post(PAGE, {"secret": secret})
    assert response.status_code == 503
    assert "The stored copy of this key is damaged" in response.content.decode()
    assert HandOver.objects.open().exists()


def test_a_stale_form_opens_nothing(secret: str) -> None:
    client = Client(enforce_csrf_checks=True, headers={"Origin": "http://127.0.0.1"}, SERVER_NAME="127.0.0.1")
    client.get(PAGE)
    response = client.post(PAGE, {"secret": secret})
    assert "This form was out of date, so nothing was done." in response.content.decode()
    assert secret not in response.content.decode()
    assert HandOver.objects.open().exists()


@pytest.mark.parametrize(
    ("language", "heading"), [("de", "Ein Schlüssel für Sie"), ("fr", "Une clé pour vous")]
)
def test_it_speaks_the_readers_language(language: str, heading: str) -> None:
    response = Client().get(PAGE, headers={"Accept-Language": language})
    assert heading in response.content.decode()


def test_no_log_line_holds_the_secret_or_the_key(
    secret: str, billing: AccessKey, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    for _ in range(2):
        Client().post(PAGE, {"secret": secret})
    told = "\n".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert "Not Found: /hand-over/" in told
    assert not holds_part_of(key_of(billing), told)
    assert not holds_part_of(secret, re.sub(r"INSERT INTO .*|UPDATE .*|SELECT .*", "", told))
