"""The audit log tells access keys and operators apart, and names the operator that an event is about."""

from __future__ import annotations

import pytest
from django.test import Client
from django.utils.html import strip_tags

from accesskeys.models import Action, Outcome
from accesskeys.operations.audit import Entry
from tests.console.helpers import AUDIT_LOG, signed_in
from tests.factories import AccessKeyFactory, OperatorFactory, proven

pytestmark = pytest.mark.django_db


@pytest.fixture
def auditor() -> Client:
    """Who may read it, with something about an access key and something about an operator in it."""
    AccessKeyFactory(name="billing")
    ada, maren = OperatorFactory(username="ada"), OperatorFactory(username="maren")
    Entry(Action.DEACTIVATED, proven(ada, address=None), about_operator=maren).write(Outcome.SUCCEEDED)
    return signed_in("Auditors")


def lines(client: Client, about: str) -> list[str]:
    page = client.get(AUDIT_LOG, {"about": about}).content.decode()
    return [" ".join(strip_tags(line).split()) for line in page.split('class="event-action">')[1:]]


@pytest.mark.parametrize(
    ("about", "headlines"),
    [("", ["Deactivated", "Generated"]), ("access_keys", ["Generated"]), ("operators", ["Deactivated"])],
)
def test_it_is_filtered_by_what_it_is_about(auditor: Client, about: str, headlines: list[str]) -> None:
    found = lines(auditor, about)
    assert len(found) == len(headlines)
    assert all(headline in line for line, headline in zip(found, headlines, strict=True))


@pytest.mark.parametrize(("language", "word"), [("en", "About"), ("de", "Betrifft"), ("fr", "Concerne")])
def test_what_it_is_about_is_called_alike_in_the_filter_and_above_the_column(
    auditor: Client, language: str, word: str
) -> None:
    page = auditor.get(AUDIT_LOG, headers={"Accept-Language": language}).content.decode()
    assert f'<label for="id_about">{word}</label>' in page
    assert f"<span>{word}</span>" in page


def test_a_word_that_it_does_not_know_shows_everything_and_says_so(auditor: Client) -> None:
    page = auditor.get(AUDIT_LOG, {"about": "weather"}).content.decode()
    assert "The audit log is not about “weather”, so everything is shown." in page
    assert len(lines(auditor, "weather")) == 2


def test_the_operator_is_named(auditor: Client) -> None:
    [line] = lines(auditor, "operators")
    assert "maren" in line.partition("ada")[0]
