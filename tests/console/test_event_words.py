"""What the audit log says happened: done or tried, with what, and each thing once."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import translation
from django.utils.html import strip_tags
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from accesskeys import operations
from accesskeys.console.repeats import folded
from accesskeys.core.exceptions import Forbidden, NotFound
from accesskeys.models import AccessKey, Action, AuditEvent, Outcome
from accesskeys.models.audit_event import TRIED
from accesskeys.operations.actors import Actor
from tests.console.helpers import AUDIT_LOG, details
from tests.factories import AccessKeyFactory, OperatorFactory, proven

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 28, 10, tzinfo=UTC)


@pytest.fixture
def maren() -> Actor:
    return proven(OperatorFactory(username="maren", roles=["Operators"]), address="192.0.2.7")


def lines(client: Client, address: str = AUDIT_LOG, language: str = "en") -> list[str]:
    """What each line says before it is opened, from the action on."""
    source = client.get(address, headers={"Accept-Language": language}).content.decode()
    found = re.findall(r'<span class="event-action">(.*?)</summary>', source, re.DOTALL)
    return [" ".join(strip_tags(line).split()) for line in found]


class TestHeadlines:
    @pytest.mark.parametrize("language", ["en", "de", "fr"])
    def test_there_is_one_for_each_action_and_outcome(self, language: str) -> None:
        assert set(TRIED) == set(Action)
        with translation.override(language):
            done = {str(action.label) for action in Action}
            tried = {str(sentence) for sentence in TRIED.values()}
            assert len(done) == len(tried) == len(Action)
            assert not done & tried
            for action in Action:
                for outcome in Outcome:
                    event = AuditEvent(action=action, outcome=outcome)
                    is_done = outcome == Outcome.SUCCEEDED
                    assert event.headline == str(action.label if is_done else TRIED[action])

    @pytest.mark.parametrize(
        ("language", "headline"),
        [("en", "Details changed"), ("de", "Details geändert"), ("fr", "Détails modifiés")],
    )
    @pytest.mark.parametrize("fact", [{"owner": "Ada"}, {"labels": {"team": "a"}}, {"description": "Jobs"}])
    def test_what_facts_have_in_common(
        self, operator: Client, maren: Actor, fact: dict[str, Any], language: str, headline: str
    ) -> None:
        operations.describe(access_key_id=AccessKeyFactory().pk, actor=maren, **fact)
        assert lines(operator, language=language)[0].startswith(headline)

    def test_of_an_action_of_a_later_version(self) -> None:
        assert AuditEvent(action="access_key.later", outcome="refused").headline == "access_key.later"

    @pytest.mark.parametrize(
        ("language", "refused", "done"),
        [
            ("en", "Tried to revoke Refused", "Revoked billing"),
            ("de", "Widerrufen versucht Abgelehnt", "Widerrufen billing"),
            ("fr", "Tentative de révocation Refusée", "Révoquée billing"),
        ],
    )
    def test_what_was_refused_does_not_read_as_done(
        self, operator: Client, billing: AccessKey, maren: Actor, language: str, refused: str, done: str
    ) -> None:
        operations.revoke(access_key_id=billing.pk, actor=maren)
        unknown = uuid4()
        for pk in (billing.pk, unknown):
            with pytest.raises(NotFound):
                operations.revoke(access_key_id=pk, actor=maren)
        unknown_line, gone_line, done_line, _generated = lines(operator, language=language)
        assert unknown_line.startswith(f"{refused} {unknown} ")
        assert gone_line.startswith(f"{refused} {billing.pk} ")
        assert done_line.startswith(done)

    def test_a_refused_generation_names_what_was_asked_for(
        self, operator: Client, billing: AccessKey, maren: Actor
    ) -> None:
        for name in ("billing", "two words"):
            with pytest.raises(ValidationError):
                operations.generate(name=name, actor=maren)
        nameless, taken, _generated = lines(operator)
        assert taken.startswith("Tried to generate Refused billing maren")
        assert nameless.startswith("Tried to generate Refused – maren")

    def test_one_that_failed_and_one_that_was_not_allowed(self, operator: Client, billing: AccessKey) -> None:
        AccessKey.objects.update(sealed=b"?" * 84)
        operator.post(f"{details(billing)}reveal/")
        operator.post(f"{details(billing)}reveal/", {"to_copy": "yes"})
        stranger = proven(OperatorFactory(username="guest"), address=None)
        with pytest.raises(Forbidden):
            operations.rename(access_key_id=billing.pk, name="new", actor=stranger)
        assert [line.partition(" billing")[0] for line in lines(operator)] == [
            "Tried to rename Refused",
            "Tried to copy Failed",
            "Tried to show Failed",
            "Generated",
        ]

    def test_recent_activity_says_it_too_and_exports_keep_the_words_of_machines(
        self, operator: Client, billing: AccessKey, maren: Actor
    ) -> None:
        with pytest.raises(ValidationError):
            operations.rename(access_key_id=billing.pk, name="two words", actor=maren)
        assert lines(operator, details(billing))[0].startswith("Tried to rename Refused maren")
        export = b"".join(operator.get("/settings/audit-log/export/").streaming_content).decode()
        assert "access_key.renamed,refused,invalid" in export
        assert "Tried" not in export

    def test_the_filter_knows_them(self, operator: Client, billing: AccessKey) -> None:
        operator.post(f"{details(billing)}reveal/", {"to_copy": "yes"})
        operator.post(f"{details(billing)}reveal/")
        assert '<option value="access_key.copied">Copied</option>' in operator.get(AUDIT_LOG).content.decode()
        assert lines(operator, f"{AUDIT_LOG}?action=access_key.copied")[0].startswith("Copied")
        assert len(lines(operator, f"{AUDIT_LOG}?action=access_key.copied")) == 1


class TestRepeats:
    def test_equal_neighbours_are_one_line_with_all_their_times(
        self, operator: Client, maren: Actor, time_machine: TimeMachineFixture
    ) -> None:
        billing = AccessKeyFactory(name="billing", generated_at=NOW - timedelta(days=1))
        for minutes in (9, 5, 2):
            time_machine.move_to(NOW - timedelta(minutes=minutes), tick=False)
            operations.reveal(access_key_id=billing.pk, actor=maren, to_copy=True)
        time_machine.move_to(NOW, tick=False)
        for address in (AUDIT_LOG, details(billing)):
            copied, generated = lines(operator, address)
            assert copied.startswith("Copied · 3 times ")
            assert "times" not in generated
            source = operator.get(address).content.decode()
            assert ">2 minutes ago</time>" in source
            for minute in (51, 55, 58):
                assert f"28 Nov 2026, 09:{minute}:00 UTC</time>" in source

    @pytest.mark.parametrize(("language", "words"), [("de", "Kopiert · 2-mal"), ("fr", "Copiée · 2 fois")])
    def test_in_other_languages(
        self, operator: Client, billing: AccessKey, maren: Actor, language: str, words: str
    ) -> None:
        for _ in range(2):
            operations.reveal(access_key_id=billing.pk, actor=maren, to_copy=True)
        assert lines(operator, language=language)[0].startswith(words)

    def test_only_what_differs_in_nothing_but_the_time(self, billing: AccessKey, maren: Actor) -> None:
        other = AccessKeyFactory()
        elsewhere = proven(maren.operator, address="192.0.2.8")  # type: ignore[arg-type]
        for access_key, actor, to_copy in (
            (billing, maren, False),
            (billing, maren, False),
            (billing, maren, True),
            (billing, maren, False),
            (billing, elsewhere, False),
            (other, elsewhere, False),
            (other, Actor.for_command(), False),
            (other, Actor.for_command(), False),
        ):
            operations.reveal(access_key_id=access_key.pk, actor=actor, to_copy=to_copy)
        for name in ("a", "b"):
            operations.rename(access_key_id=billing.pk, name=name, actor=maren)
        runs = folded(AuditEvent.objects.all())
        assert [len(run.times) for run in runs] == [1, 1, 2, 1, 1, 1, 1, 2, 1, 1]
        assert runs[2].event == AuditEvent.objects.filter(door="command", action="access_key.shown").first()

    def test_ten_lines_of_recent_activity_are_ten_different_things(
        self, operator: Client, billing: AccessKey, maren: Actor
    ) -> None:
        for number in range(9):
            operations.rename(access_key_id=billing.pk, name=f"billing_{number}", actor=maren)
        for _ in range(12):
            operations.reveal(access_key_id=billing.pk, actor=maren)
        said = lines(operator, details(billing))
        assert len(said) == 10
        assert said[0].startswith("Shown · 12 times ")

    def test_folding_asks_the_database_nothing(
        self, billing: AccessKey, maren: Actor, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        for _ in range(5):
            operations.reveal(access_key_id=billing.pk, actor=maren)
        events = list(AuditEvent.objects.all())
        with django_assert_num_queries(0):
            folded(events)
