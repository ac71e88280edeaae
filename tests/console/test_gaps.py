"""The audit log says in words where it leaves something out."""

from __future__ import annotations

import html

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accesskeys.models import Action, AuditEvent, Outcome
from tests.console.helpers import AUDIT_LOG

pytestmark = pytest.mark.django_db

UNTIL = "2026-11-28T13:00:00Z"
WORDS = {
    "en": (
        "further ones are not written down",
        "Further refusals of this actor are not written down until 28 Nov 2026, 13:00:00 UTC.",
        "Further refusals from this address are not written down until 28 Nov 2026, 13:00:00 UTC.",
    ),
    "de": (
        "weitere werden nicht aufgezeichnet",
        "Weitere Ablehnungen dieses Akteurs werden bis 28. Nov. 2026, 13:00:00 UTC nicht aufgezeichnet.",
        "Weitere Ablehnungen von dieser Adresse werden bis 28. Nov. 2026, 13:00:00 UTC nicht aufgezeichnet.",
    ),
    "fr": (
        "les suivants ne sont pas consignés",
        "Les refus suivants de cet acteur ne sont pas consignés avant le 28 nov. 2026, 13:00:00 UTC.",
        "Les refus suivants de cette adresse ne sont pas consignés avant le 28 nov. 2026, 13:00:00 UTC.",
    ),
}


@pytest.mark.parametrize("language", WORDS)
@pytest.mark.parametrize("whose", [("actor",), ("address",), ("actor", "address"), ()])
def test_in_each_language(operator: Client, language: str, whose: tuple[str, ...]) -> None:
    AuditEvent.objects.create(
        action=Action.GENERATED,
        outcome=Outcome.REFUSED,
        details={"unwritten_until": dict.fromkeys(whose, UNTIL)} if whose else {},
    )
    source = operator.get(AUDIT_LOG, headers={"Accept-Language": language}).content.decode()
    page = " ".join(html.unescape(strip_tags(source)).split())
    short, of_actor, of_address = WORDS[language]
    assert (short in page, of_actor in page, of_address in page) == (
        bool(whose),
        "actor" in whose,
        "address" in whose,
    )
