"""The audit log tells access keys and operators apart, and names the operator that an event is about."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.utils.html import strip_tags

from accesskeys.models import Action, AuditEvent, Outcome
from accesskeys.operations.actors import Actor
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


class TestOneOperator:
    @pytest.fixture(autouse=True)
    def reset(self, auditor: Client) -> None:
        """What was done by Ada, and to her."""
        ada = get_user_model().objects.get(username="ada")
        Entry(Action.RESET, Actor.for_command(), about_operator=ada).write(Outcome.SUCCEEDED)

    def actions(self, client: Client, **query: str) -> list[str]:
        return [event.action for event in client.get(AUDIT_LOG, query).context["page"]]

    def test_is_found_as_who_did_it_and_to_whom_it_was_done(self, auditor: Client) -> None:
        assert self.actions(auditor, operator="ada") == ["operator.reset", "operator.deactivated"]
        assert self.actions(auditor, operator="Maren") == ["operator.deactivated"]
        assert self.actions(auditor, operator="ada", action="operator.reset") == ["operator.reset"]

    def test_is_the_one_who_is_called_exactly_so(self, auditor: Client) -> None:
        get_user_model().objects.bulk_create([get_user_model()(username="ADA-2")])
        assert self.actions(auditor, operator="ADA-2") == []

    def test_nobody_is_found_by_a_part_of_a_name_and_the_page_says_so(self, auditor: Client) -> None:
        for name in ("ad", "nobody"):
            page = auditor.get(AUDIT_LOG, {"operator": name}).content.decode()
            assert f"There is no operator “{name}”." in page
            assert "No entry matches" in page
        assert "There is no operator" not in auditor.get(AUDIT_LOG, {"operator": "ada"}).content.decode()

    def test_is_exported_alone(self, auditor: Client) -> None:
        def lines(name: str) -> list[str]:
            response = auditor.get(f"{AUDIT_LOG}export/", {"operator": name})
            return b"".join(response.streaming_content).decode().splitlines()[1:]

        assert [line.split(",")[1] for line in lines("ada")] == ["operator.reset", "operator.deactivated"]
        assert lines("nobody") == []


@pytest.mark.parametrize(
    ("language", "holder", "stranger"),
    [
        ("en", "holder of the link", "somebody"),
        ("de", "Inhaber des Links", "jemand"),
        ("fr", "détenteur du lien", "quelqu’un"),
    ],
)
def test_who_has_no_name_is_called_so_in_the_readers_language(
    auditor: Client, language: str, holder: str, stranger: str
) -> None:
    for actor in (Actor.for_recipient(address=None), Actor.for_stranger(address=None)):
        Entry(Action.SIGN_IN_REFUSED, actor).write(Outcome.REFUSED)
    page = auditor.get(AUDIT_LOG, headers={"Accept-Language": language}).content.decode()
    told = [" ".join(strip_tags(line).split()) for line in page.split('class="event-actor">')[1:3]]
    assert told[0].startswith(f"{stranger} ·")
    assert told[1].startswith(f"{holder} ·")
    kept = set(AuditEvent.objects.values_list("actor_label", flat=True))
    assert kept >= {"holder of the link", "somebody"}


def test_the_operator_is_named(auditor: Client) -> None:
    [line] = lines(auditor, "operators")
    assert "maren" in line.partition("ada")[0]
