"""Whoever has no account, and a key that is good for nothing, leave nothing behind that grows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from uuid import uuid4

import pytest
from django.apps import apps
from django.test import Client
from pytest_django import Settings

from accesskeys.core.rates import Rate
from accesskeys.operations import allowance
from identity_cloud.caches import files
from tests.clients import anybody, consumer
from tests.doors.matrix import MATRIX, METHODS
from tests.factories import AccessKeyFactory

pytestmark = pytest.mark.django_db

FILES = 20
CALLERS: dict[str, Callable[[], Client]] = {
    "stranger": anybody,
    "key without scopes": lambda: consumer(AccessKeyFactory()),
}


def rows() -> dict[str, int]:
    """How many there are in each table."""
    return {model._meta.db_table: model._default_manager.count() for model in apps.get_models()}


def ask_everything(client: Client) -> None:
    for route in MATRIX:
        path = "/" + route.replace("<access_key_id:pk>", str(uuid4()))
        for method in METHODS:
            client.generic(
                method, path, b"name=x&login=nobody&password=wrong", "application/x-www-form-urlencoded"
            )
        client.post(
            path, {"language": "de", "next": "/", "login": f"nobody{uuid4().int}", "password": "wrong"}
        )
        client.post(path, {"name": "fresh"}, "application/json")


@pytest.mark.parametrize("name", CALLERS)
def test_no_table_grows_without_end(
    name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The audit log alone grows, as far as an allowance goes: of strangers who sign in, and of the key."""
    monkeypatch.setattr(allowance, "OF_AN_ACTOR", Rate(5, 3600))
    settings.ACCESS_KEYS_COUNTER_FILE = tmp_path / "counters"
    client = CALLERS[name]()
    before = rows()
    for _ in range(2):
        ask_everything(client)
    after = rows()
    grown = {table: after[table] - before[table] for table in after if after[table] != before[table]}
    of_strangers = 4  # Sign-ins that were refused.
    assert grown == {"accesskeys_auditevent": of_strangers + (0 if name == "stranger" else 5)}


def test_the_folder_of_failed_attempts_is_bounded(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "LOOK_SECONDS", 0.0)
    cache = settings.CACHES["default"]
    options = {**cache["OPTIONS"], "MAX_ENTRIES": FILES}
    settings.CACHES = {"default": {**cache, "LOCATION": str(tmp_path), "OPTIONS": options}}
    for number in range(FILES):
        anybody().post("/accounts/login/", {"login": f"nobody_{number}", "password": "wrong"})
    assert 0 < len(list(tmp_path.iterdir())) <= FILES + 1
