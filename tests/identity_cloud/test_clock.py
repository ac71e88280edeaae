"""No limit holds longer than its own time, whatever the clock did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.cache import cache, caches
from django.core.cache.backends.filebased import FileBasedCache
from django.test import Client

from identity_cloud.caches import FileCache
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
PASSWORD_PAGE = "/accounts/password/change/"
PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
AHEAD = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def own_counts(settings: Any, tmp_path: Path) -> None:
    """Attempts are counted for this test alone: others run beside it."""
    settings.CACHES = {"default": {"BACKEND": "identity_cloud.caches.FileCache", "LOCATION": str(tmp_path)}}


def attempt(client: Client, password: str) -> bool:
    client.post(SIGN_IN, {"login": "ada", "password": password})
    return "_auth_user_id" in client.session


def test_the_sign_in_opens_again_when_the_clock_is_corrected() -> None:
    OperatorFactory(username="ada", password=PASSWORD)
    client = Client()
    with time_machine.travel(AHEAD, tick=False):
        for _ in range(6):
            assert not attempt(client, "wrong")
        assert not attempt(client, PASSWORD)
    with time_machine.travel(NOW, tick=False):
        assert attempt(client, PASSWORD)


def test_the_limit_itself_holds_for_its_time_and_no_longer() -> None:
    OperatorFactory(username="ada", password=PASSWORD)
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(5):
            assert not attempt(Client(), "wrong")
        clock.shift(timedelta(seconds=299))
        assert not attempt(Client(), PASSWORD)
        clock.shift(timedelta(seconds=2))
        assert attempt(Client(), PASSWORD)


def test_a_lock_left_behind_by_a_process_that_died_holds_no_longer_than_its_own_time() -> None:
    OperatorFactory(username="ada", password=PASSWORD)
    with time_machine.travel(AHEAD, tick=False):
        # Whatever is held while the process dies; django-allauth takes a lock that is held for one attempt too many.
        names = []
        original = cache.add

        def add(name: str, *args: Any, **kwargs: Any) -> bool:
            names.append(name)
            return original(name, *args, **kwargs)

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(caches["default"], "add", add)
            assert not attempt(Client(), "wrong")
        for name in names:
            assert original(name, True, timeout=10)
    with time_machine.travel(NOW, tick=False):
        assert attempt(Client(), PASSWORD)


def test_changing_the_password(settings: Any) -> None:
    client = Client()
    client.force_login(OperatorFactory(username="ada", password=PASSWORD))
    typed = {"oldpassword": "wrong", "password1": "x", "password2": "x"}
    # The session is dated too, and ends with its own time: it is the same one all along.
    with time_machine.travel(AHEAD, tick=False):
        answers = [client.post(PASSWORD_PAGE, typed).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    with time_machine.travel(NOW, tick=False):
        assert client.post(PASSWORD_PAGE, typed).status_code == 200


class TestFileCache:
    @pytest.fixture
    def files(self, tmp_path: Path) -> FileCache:
        return FileCache(str(tmp_path), {})

    def test_the_settings_use_it(self) -> None:
        assert django_settings.CACHES["default"]["BACKEND"] == "identity_cloud.caches.FileCache"

    def test_it_keeps_what_it_is_given_for_its_time(self, files: FileCache) -> None:
        with time_machine.travel(NOW, tick=False) as clock:
            files.set("name", [1], timeout=10)
            assert files.get("name") == [1]
            assert files.touch("name", timeout=20)
            clock.shift(timedelta(seconds=15))
            assert files.get("name") == [1]
            clock.shift(timedelta(seconds=6))
            assert files.get("name") is None

    def test_what_an_earlier_version_wrote_counts_as_nothing(self, files: FileCache, tmp_path: Path) -> None:
        FileBasedCache(str(tmp_path), {}).set("name", [1, 2])
        assert files.get("name") is None
        assert files.add("name", 3)
        assert files.get("name") == 3
        assert not files.add("name", 4)
