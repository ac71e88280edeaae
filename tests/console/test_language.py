"""The console in the language of the browser, or in the one that somebody chose."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone, translation

from accesskeys.models import AccessKey
from accesskeys.templatetags import console
from tests.console.helpers import signed_in
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

LIST = "/settings/access-keys/"
SIGN_IN = "/accounts/login/"
SWITCH = "/language/setlang/"


def language_of(source: str) -> str:
    found = re.search(r'<html lang="([a-z-]+)"', source)
    assert found
    return found[1]


@pytest.mark.parametrize(
    ("accepted", "language", "heading"),
    [
        ("", "en", "Sign in"),
        ("de-CH,de;q=0.9,en;q=0.5", "de", "Anmelden"),
        ("fr-FR", "fr", "Se connecter"),
        ("it,es;q=0.5", "en", "Sign in"),
        ("nonsense;;q", "en", "Sign in"),
    ],
)
def test_the_browser_decides_at_first(accepted: str, language: str, heading: str) -> None:
    response = Client().get(SIGN_IN, headers={"Accept-Language": accepted})
    source = response.content.decode()
    assert language_of(source) == language
    assert f"<h1>{heading}</h1>" in source
    assert "Accept-Language" in response["Vary"]


def test_a_choice_at_the_sign_in_page_is_kept(client: Client) -> None:
    page = f"{SIGN_IN}?next={LIST}"
    assert f'name="next" value="{page}"' in client.get(page).content.decode()
    response = client.post(SWITCH, {"language": "fr", "next": page})
    assert (response.status_code, response["Location"]) == (302, page)
    german_browser = {"Accept-Language": "de"}
    assert language_of(client.get(page, headers=german_browser).content.decode()) == "fr"


def test_the_menu_of_every_page_switches_and_leads_back() -> None:
    operator = signed_in("Operators")
    billing = AccessKeyFactory(name="billing")
    page = f"{LIST}?search=bill&status=usable"
    source = operator.get(page).content.decode()
    assert 'name="next" value="/settings/access-keys/?search=bill&amp;status=usable"' in source
    for code, name in (("en", "English"), ("de", "Deutsch"), ("fr", "Français")):
        assert re.search(rf'value="{code}"\s+lang="{code}"[^>]*>{name}<', source)
    operator.post(SWITCH, {"language": "de", "next": page})
    assert "1 Zugriffsschlüssel" in operator.get(page).content.decode()
    # Nobody is led back to an address that answers to POST alone.
    shown = operator.post(f"{LIST}{billing.pk}/reveal/").content.decode()
    assert f'name="next" value="{LIST}{billing.pk}/"' in shown


@pytest.mark.parametrize("target", ["https://elsewhere.example/", "//elsewhere.example"])
def test_it_leads_nowhere_else(client: Client, target: str) -> None:
    assert client.post(SWITCH, {"language": "de", "next": target})["Location"] == "/"


def test_a_language_that_is_not_spoken_changes_nothing(client: Client) -> None:
    client.post(SWITCH, {"language": "tlh", "next": SIGN_IN})
    assert language_of(client.get(SIGN_IN).content.decode()) == "en"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ("Zugriffsschlüssel widerrufen", "Zuletzt verwendet", "vor 3 Minuten", "in 9 Tagen")),
        ("fr", ("Révoquer la clé d’accès", "Dernière utilisation", "il y a 3 minutes", "dans 9 jours")),
    ],
)
def test_texts_times_and_scripts_texts(language: str, words: tuple[str, ...]) -> None:
    now = timezone.now()
    access_key = AccessKeyFactory(expires_at=now + timedelta(days=9, hours=1))
    AccessKey.objects.update(last_used_at=now - timedelta(minutes=3))
    operator = signed_in("Operators", "Auditors")
    source = operator.get(f"{LIST}{access_key.pk}/", headers={"Accept-Language": language}).content.decode()
    for word in words:
        assert word in source
    assert 'data-copied="Copied."' not in source
    assert re.search(r'data-seconds-left="%s\ss"', source)


@pytest.mark.parametrize(("language", "word"), [("de", "ab jetzt abgewiesen"), ("fr", "désormais refusés")])
def test_a_message_is_said_in_the_language_of_who_caused_it(language: str, word: str) -> None:
    operator = signed_in("Operators")
    access_key = AccessKeyFactory()
    revoke = f"{LIST}{access_key.pk}/revoke/"
    headers = {"Accept-Language": language}
    page = operator.post(revoke, {"understood": "on"}, headers=headers, follow=True)
    assert word in page.content.decode()


@pytest.mark.parametrize(("language", "date"), [("de", "23. Nov. 2026"), ("fr", "23 nov. 2026")])
def test_dates(language: str, date: str) -> None:
    moment = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
    with translation.override(language):
        assert console.exactly(moment) == f"{date}, 12:00:05 UTC"


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        ("de", ("„home“ ist kein Netz.", "Bitte eine ganze Zahl von 1 bis 9.999.999 eingeben.")),
        ("fr", ("« home » n’est pas un réseau.", "Saisissez un nombre entier de 1 à 9 999 999.")),
    ],
)
def test_what_is_wrong_with_limits(language: str, sentences: tuple[str, str]) -> None:
    typed = {"allowed_networks": "home", "requests": "0", "period": "minute"}
    address = f"{LIST}{AccessKeyFactory().pk}/limits/"
    page = signed_in("Operators").post(address, typed, headers={"Accept-Language": language})
    source = (
        page.content.decode().replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")
    )
    for sentence in sentences:
        assert sentence in source


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "de",
            (
                "Einen Zugriffsschlüssel ändern",
                "Ein Teil des Namens oder des Inhabers oder die ID.",
                "Wie viele Zugriffsschlüssel",
            ),
        ),
        (
            "fr",
            ("Modifier une clé d’accès", "Une partie du nom ou du propriétaire, ou l’ID.", "Combien de clés"),
        ),
    ],
)
def test_the_documentation_of_the_api(language: str, words: tuple[str, ...]) -> None:
    headers = {"Accept-Language": language, "Accept": "text/html"}
    source = signed_in("Operators").get("/api/v1/docs/", headers=headers).content.decode()
    for word in words:
        assert word in source
