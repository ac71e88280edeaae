"""A key in an address goes no further: not into a page, a session, a log or a look-up."""

from __future__ import annotations

from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import quote

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accesskeys.models import AccessKey, AuditEvent
from tests.console.helpers import AUDIT_LOG, GENERATE, HTMX, LIST, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory, key_of
from tests.helpers import holds_part_of

pytestmark = pytest.mark.django_db

NOTICE = "There was a key in the address."
FIND = f"{LIST}find/"


@pytest.fixture
def key() -> str:
    return key_of(AccessKeyFactory(name="billing"))


def traces(response: Any) -> str:
    """Everything that came back."""
    cookies: SimpleCookie = response.cookies
    return f"{response.headers} {cookies} {b''.join(response)!r}"


@pytest.mark.parametrize(
    ("asked", "led_to"),
    [
        (f"{LIST}?search=KEY", LIST),
        (f"{LIST}?status=usable&search=Bearer%20KEY&ordering=name", f"{LIST}?status=usable&ordering=name"),
        (f"{LIST}?search=%22KEY%22&search=a", LIST),
        (f"{LIST}?KEY", LIST),
        (f"{LIST}export/?search=KEY", f"{LIST}export/"),
        (f"{LIST}many/?search=KEY", f"{LIST}many/"),
        (f"{AUDIT_LOG}?actor=KEY&access_key=KEY", AUDIT_LOG),
        (f"{AUDIT_LOG}export/?format=jsonl&access_key=KEY", f"{AUDIT_LOG}export/?format=jsonl"),
        (f"{GENERATE}?name=KEY", GENERATE),
        ("/KEY?a=KEY", "/ica_%E2%80%A6"),
        ("/accounts/login/?next=%2Fsettings%2F%3Fsearch%3DKEY", "/accounts/login/"),
        ("/settings/operators/?search=KEY", "/settings/operators/"),
        ("/language/setlang/?next=KEY", "/language/setlang/"),
    ],
)
@pytest.mark.parametrize("who", ["operator", "stranger"])
def test_every_address_that_holds_a_key_is_left(
    asked: str, led_to: str, who: str, key: str, operator: Client, caplog: pytest.LogCaptureFixture
) -> None:
    client = operator if who == "operator" else Client()
    events, sessions = AuditEvent.objects.count(), Session.objects.count()
    response = client.get(asked.replace("KEY", key))
    assert (response.status_code, response["Location"]) == (302, led_to)
    assert response["Cache-Control"] == "no-store"
    assert not holds_part_of(key, traces(response))
    assert not holds_part_of(key, caplog.text)
    assert (AuditEvent.objects.count(), Session.objects.count()) == (events, sessions)


@pytest.mark.parametrize("piece", [slice(0, 24), slice(0, 54)])
def test_so_is_one_with_most_of_a_key(operator: Client, key: str, piece: slice) -> None:
    assert operator.get(LIST, {"search": key[piece]})["Location"] == LIST
    assert operator.get(LIST, {"search": key[piece].capitalize()})["Location"] == LIST


@pytest.mark.parametrize("search", ["ica_billing", "ica_production_billing_worker", "ica_", "erica_1"])
def test_a_name_that_begins_like_a_key_is_searched_for(operator: Client, search: str) -> None:
    response = operator.get(LIST, {"search": search})
    assert response.status_code == 200
    assert search in response.content.decode()


def test_the_next_page_says_so_once(operator: Client, key: str) -> None:
    source = operator.get(LIST, {"search": key}, follow=True).content.decode()
    assert NOTICE in source
    assert f'<a href="{FIND}">' in source
    assert not holds_part_of(key, source)
    assert NOTICE not in operator.get(LIST).content.decode()


def test_a_stranger_is_told_on_the_sign_in_page(key: str) -> None:
    client = Client()
    response = client.get(LIST, {"search": key}, follow=True)
    assert [address for address, _ in response.redirect_chain] == [LIST, f"/accounts/login/?next={LIST}"]
    assert NOTICE in response.content.decode()
    assert FIND not in response.content.decode()
    assert NOTICE not in client.get("/accounts/login/").content.decode()


def test_whoever_may_not_find_is_not_led_there(key: str) -> None:
    source = signed_in("Auditors").get(AUDIT_LOG, {"actor": key}, follow=True).content.decode()
    assert NOTICE in source
    assert FIND not in source


def test_nobody_is_led_to_another_site(key: str) -> None:
    response = Client().get(f"/?search={key}", PATH_INFO="//evil.example/")
    assert response["Location"] == "/%2Fevil.example/"


@pytest.mark.parametrize("path", ["/KEY", "/settings/access-keys/KEY/", "/settings/access-keys/KEY/reveal/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_key_in_a_path_is_struck_out(
    operator: Client, key: str, path: str, method: str, caplog: pytest.LogCaptureFixture
) -> None:
    for client in (operator, Client()):
        response = getattr(client, method)(path.replace("KEY", key))
        source = response.content.decode()
        assert response.status_code == 404
        assert "There is nothing at this address." in source
        assert NOTICE in source
        assert not holds_part_of(key, traces(response))
    assert not holds_part_of(key, caplog.text)


def test_a_fragment_leads_the_whole_page_away(operator: Client, key: str) -> None:
    response = operator.get(LIST, {"search": key}, headers=HTMX)
    assert (response.status_code, response["HX-Redirect"]) == (200, LIST)
    assert not holds_part_of(key, traces(response))


def test_a_form_at_such_an_address_does_nothing(operator: Client, key: str) -> None:
    response = operator.post(f"{GENERATE}?name={key}", {"name": "payments"})
    assert (response.status_code, response["Location"]) == (302, GENERATE)
    assert not AccessKey.objects.filter(name="payments").exists()


@pytest.mark.parametrize(
    ("language", "sentence"), [("de", "In der Adresse stand"), ("fr", "Il y avait une clé")]
)
def test_in_other_languages(operator: Client, key: str, language: str, sentence: str) -> None:
    page = operator.get(LIST, {"search": key}, follow=True, headers={"Accept-Language": language})
    assert sentence in page.content.decode()


def test_programs_go_on_hearing_what_they_heard(key: str) -> None:
    answer = Client().get(
        f"/api/v1/access-keys/?search={quote(key)}", headers={"Authorization": f"Bearer {key}"}
    )
    assert "Location" not in answer


def test_over_https_the_reminder_is_a_secure_cookie(key: str) -> None:
    client = Client()
    client.force_login(OperatorFactory(roles=["Viewers"]))
    cookie = client.get(LIST, {"search": key}, secure=True).cookies["__Host-key_in_address"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
