"""Refused operations do not fill the audit log: so many an hour for each actor and each address are written down."""

from __future__ import annotations

import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone
from pytest_django import Settings

from accesskeys import operations
from accesskeys.core.exceptions import AccessKeyError, IntegrityFailure
from accesskeys.models import AccessKey, AuditEvent
from accesskeys.operations import allowance
from accesskeys.operations.actors import Actor
from tests.clients import consumer
from tests.factories import AccessKeyFactory, OperatorFactory, proven

pytestmark = pytest.mark.django_db

OF_AN_ACTOR, OF_AN_ADDRESS = allowance.OF_AN_ACTOR, allowance.OF_AN_ADDRESS
HERE = "192.0.2.7"


@pytest.fixture(autouse=True)
def bounded(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As in production, and nothing is counted yet."""
    monkeypatch.setattr(allowance, "OF_AN_ACTOR", OF_AN_ACTOR)
    monkeypatch.setattr(allowance, "OF_AN_ADDRESS", OF_AN_ADDRESS)
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "counters"


def program(address: str = HERE, *scopes: str) -> Actor:
    return Actor.for_access_key(AccessKeyFactory(scopes=scopes), address=address)


def generate(actor: Actor, name: str = "new") -> None:
    with pytest.raises((AccessKeyError, ValidationError)):
        operations.generate(name=name, actor=actor)


def written() -> int:
    return AuditEvent.objects.exclude(outcome="succeeded").count()


def gaps() -> list[list[str]]:
    """Of whom the events announce a gap, oldest first."""
    events = AuditEvent.objects.order_by("id")
    return [list(event.unwritten_until) for event in events if event.unwritten_until]


def test_a_key_without_a_scope_cannot_fill_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "accesskeys.audit")
    caller = AccessKeyFactory(name="caller")
    api = consumer(caller)
    statuses = {
        api.post("/api/v1/access-keys/", {"name": "new"}, "application/json").status_code for _ in range(70)
    }
    assert statuses == {403}
    assert written() == 60
    last = AuditEvent.objects.latest("id")
    assert last.details.keys() == {"unwritten_until"}
    assert timedelta(0) < last.unwritten_until["actor"] - timezone.now() <= timedelta(hours=1)
    assert gaps() == [["actor"]]
    said = "Not in the audit log: access_key.generated refused: insufficient_scope, by caller, from 127.0.0.1"
    ours = [record for record in caplog.records if record.name == "accesskeys.audit"]
    assert [record.getMessage() for record in ours] == [said] * 10


def test_what_is_done_is_always_written_down() -> None:
    writer = program(HERE, "access_keys:write")
    for _ in range(70):
        generate(writer, "no name")
    assert written() == 60
    operations.generate(name="billing", actor=writer)
    assert AuditEvent.objects.latest("id").access_key_name == "billing"
    assert AuditEvent.objects.latest("id").outcome == "succeeded"


def test_nor_can_wrong_input_or_what_is_not_there_or_a_damaged_row() -> None:
    """One allowance for all that comes to nothing."""
    actor = program(HERE, "access_keys:write", "access_keys:reveal")
    damaged = AccessKeyFactory()
    AccessKey.objects.filter(pk=damaged.pk).update(sealed=b"")
    for _ in range(25):
        generate(actor, "no name")
        with pytest.raises(IntegrityFailure):
            operations.reveal(access_key_id=damaged.pk, actor=actor)
        with pytest.raises(ValidationError):
            operations.rename(access_key_id=damaged.pk, name="no name", actor=actor)
    assert written() == 60
    last = AuditEvent.objects.latest("id")
    assert last.details.keys() == {"errors", "unwritten_until"}


def test_an_operator_cannot_either() -> None:
    viewer = OperatorFactory(roles=["Viewers"])
    for number in range(70):
        generate(proven(viewer, address=f"192.0.2.{number}"))
    assert written() == 60
    generate(proven(OperatorFactory(), address="192.0.2.1"))
    assert written() == 61


def test_many_keys_at_one_address_cannot_either() -> None:
    actors = [program() for _ in range(6)]
    for actor in actors[:-1]:
        for _ in range(50):
            generate(actor)
    assert written() == 240
    assert gaps() == [["address"]]
    # Whoever comes last still has the last word of its own.
    for _ in range(70):
        generate(actors[-1])
    assert written() == 241
    assert gaps() == [["address"], ["actor"]]
    generate(program("192.0.2.8"))
    assert written() == 242


def test_one_key_takes_no_more_than_its_own_of_an_address() -> None:
    for actor in (program(), program()):
        for _ in range(300):
            generate(actor)
    assert written() == 120
    assert gaps() == [["actor"], ["actor"]]


def test_both_may_end_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(allowance, "OF_AN_ADDRESS", OF_AN_ACTOR)
    actor = program()
    for _ in range(61):
        generate(actor)
    assert written() == 60
    assert gaps() == [["actor", "address"]]


@pytest.mark.parametrize("address", ["2001:db8::{:x}", "::ffff:192.0.2.7"])
def test_an_address_is_a_subscriber(address: str) -> None:
    for number in range(1, 251):
        generate(program(address.format(number)))
    assert written() == 240


def test_a_shell_is_not_counted(command: Actor) -> None:
    for _ in range(70):
        generate(command, "no name")
    assert written() == 70
    assert gaps() == []


@pytest.mark.parametrize("away", ["cache", "file"])
def test_where_nobody_can_count_it_is_written_down(away: str, settings: Settings) -> None:
    if away == "cache":
        backend = "django.core.cache.backends.redis.RedisCache"
        settings.CACHES = {"counting": {"BACKEND": backend, "LOCATION": "redis://127.0.0.1:1/0"}}
        settings.ACCESS_KEYS_COUNTER_CACHE = "counting"
    else:
        settings.ACCESS_KEYS_COUNTER_FILE = "/dev/null/counters"
    actor = program()
    for _ in range(70):
        generate(actor)
    assert written() == 70
