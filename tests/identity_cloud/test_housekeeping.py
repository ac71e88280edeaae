"""What the console leaves behind is put away, and what somebody may still look at is not."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from threading import Event

import pytest
import time_machine
from allauth.usersessions.models import UserSession
from django.contrib.sessions.backends.db import SessionStore
from django.core.cache import caches
from django.utils import timezone
from pytest_django import Settings

from accesskeys.operations.actors import Actor
from accesskeys.operations.housekeeping import keep_house
from identity_cloud import housekeeping
from identity_cloud.caches import FileCache
from identity_cloud.operators.models import OneTimeLink, Purpose
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db


def keep() -> dict[str, int]:
    return keep_house(actor=Actor.for_server(), interrupted=Event())


def signed_in(hours_ago: int, *, is_there: bool) -> str:
    session = SessionStore()
    session.create()
    key = str(session.session_key)
    UserSession.objects.create(
        user=OperatorFactory(),
        session_key=key,
        ip="192.0.2.1",
        user_agent="",
        created_at=timezone.now() - timedelta(hours=hours_ago),
    )
    if not is_there:
        session.delete()
    return key


def test_sessions_that_are_gone_are_forgotten() -> None:
    kept = {
        signed_in(20, is_there=True),
        signed_in(1, is_there=False),  # Signing in, perhaps: its session is written down last.
    }
    signed_in(20, is_there=False)
    assert keep()["user_sessions"] == 1
    assert set(UserSession.objects.values_list("session_key", flat=True)) == kept


def test_sign_in_links_are_forgotten_and_invitations_stay() -> None:
    for purpose, hours in (
        (Purpose.SIGN_IN, 25),
        (Purpose.SIGN_IN, 23),
        (Purpose.INVITE, 100),
        (Purpose.RESET, 100),
    ):
        OneTimeLink.objects.create(
            operator=OperatorFactory(),
            purpose=purpose,
            digest=os.urandom(32),
            expires_at=timezone.now() - timedelta(hours=hours),
        )
    assert keep()["links"] == 1
    assert sorted(OneTimeLink.objects.values_list("purpose", flat=True)) == ["invite", "reset", "sign_in"]


@pytest.fixture
def cache(settings: Settings, tmp_path: Path) -> FileCache:
    settings.CACHES = {
        "default": {"BACKEND": "identity_cloud.caches.FileCache", "LOCATION": str(tmp_path / "cache")}
    }
    own = caches["default"]
    assert isinstance(own, FileCache)
    return own


def test_counts_whose_time_is_over_are_forgotten(cache: FileCache, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(housekeeping, "AT_ONCE", 2)
    for number in range(5):
        cache.set(f"short_{number}", number, timeout=0.001)
    cache.set("long", "kept", timeout=1000)
    cache.set("for_good", "kept", timeout=None)
    assert keep()["counters"] == 5
    assert (cache.get("long"), cache.get("for_good"), len(cache.files())) == ("kept", "kept", 2)


def test_a_file_that_somebody_else_removes_meanwhile(
    cache: FileCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cache, "files", lambda: ["/nowhere/at/all.djcache"])
    assert keep()["counters"] == 0


def test_a_redis_forgets_by_itself(settings: Settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.dummy.DummyCache"}}
    assert keep()["counters"] == 0


def test_it_may_be_done_again() -> None:
    signed_in(20, is_there=False)
    keep()
    with time_machine.travel(timezone.now() + timedelta(seconds=1)):
        assert not any(number for name, number in keep().items() if name != "counters")
