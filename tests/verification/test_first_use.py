"""The first use of a next key is written down before its request is answered, or as soon as the database lets it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.models import AccessKey, AuditEvent, Rotation
from accesskeys.operations.actors import Actor
from accesskeys.verification import last_use
from tests.factories import AccessKeyFactory
from tests.verification.test_last_uses import held, until

pytestmark = pytest.mark.django_db(transaction=True)

SOON = 1.5  # seconds: less than anybody holds the row here, and more than a decision waits for it.


@pytest.fixture(autouse=True)
def a_writer_of_its_own(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.ACCESS_KEYS_LAST_USE_DELAY = 5
    monkeypatch.setattr(last_use, "IDLE", 0.1)
    last_use._writer.cache_clear()
    yield
    last_use.flush()
    settings.ACCESS_KEYS_LAST_USE_DELAY = 0.1
    until(lambda: not last_use._writer()._noted and not last_use._writer()._first)
    time.sleep(0.3)  # It has nothing to do any more, and closes its connection.


@pytest.fixture
def billing() -> AccessKey:
    return AccessKeyFactory(name="billing")


def first_uses() -> int:
    return AuditEvent.objects.filter(action="access_key.next_key_used").count()


def test_others_know_of_it_at_once(billing: AccessKey, command: Actor) -> None:
    rotated = operations.rotate(access_key_id=billing.pk, actor=command, grace=timedelta(0))
    verification.authenticate(rotated.key, address="192.0.2.7")
    rotation = Rotation.objects.get()
    assert rotation.ends_at == rotation.first_used_at
    assert first_uses() == 1
    assert AuditEvent.objects.latest("id").address == "192.0.2.7"


def test_nobody_waits_where_the_row_is_held(billing: AccessKey, command: Actor) -> None:
    rotated = operations.rotate(access_key_id=billing.pk, actor=command)
    with held(billing):
        began = time.monotonic()
        for _ in range(3):  # Each of them is a first one so far, and waits for the same.
            verification.authenticate(rotated.key)
        assert time.monotonic() - began < SOON
        assert Rotation.objects.get().first_used_at is None
    until(lambda: Rotation.objects.get().first_used_at is not None)
    first_used_at = Rotation.objects.get().first_used_at
    assert first_used_at is not None
    # The moment that counts is that of the use.
    assert first_used_at - rotated.rotation.created_at < timedelta(seconds=SOON)
    assert first_uses() == 1


def test_of_one_that_is_revoked_meanwhile(billing: AccessKey, command: Actor) -> None:
    rotated = operations.rotate(access_key_id=billing.pk, actor=command)
    with held(billing):
        verification.authenticate(rotated.key)
    operations.revoke(access_key_id=billing.pk, actor=command)
    until(lambda: not last_use._writer()._first)
    assert not AccessKey.objects.filter(pk=billing.pk).exists()
    assert not Rotation.objects.exists()


def test_in_which_nobody_was_faster(billing: AccessKey, command: Actor) -> None:
    rotated = operations.rotate(access_key_id=billing.pk, actor=command)
    stale = verification.authenticate(rotated.key)
    at = Rotation.objects.get().first_used_at
    assert at is not None
    assert operations.begin_grace(access_key=stale, at=at + timedelta(hours=1), address=None)
    assert (Rotation.objects.get().first_used_at, first_uses()) == (at, 1)
    operations.revoke(access_key_id=billing.pk, actor=command)
    assert operations.begin_grace(access_key=stale, at=at, address=None)
    assert first_uses() == 1
