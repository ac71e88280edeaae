"""No limit holds longer than its own time, and none is over before, whatever the clock did."""

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

from accesskeys.core import steady
from identity_cloud.caches import FileCache
from tests.conftest import SteadyClock
from tests.factories import OperatorFactory

pytestmark = pytest.mark.django_db

SIGN_IN = "/accounts/login/"
PASSWORD_PAGE = "/accounts/password/change/"
PASSWORD = "correct horse battery"
NOW = datetime(2026, 11, 28, 10, 0, tzinfo=UTC)
AHEAD, BEHIND = NOW + timedelta(hours=2), NOW - timedelta(hours=2)


@pytest.fixture(autouse=True)
def own_counts(settings: Any, tmp_path: Path) -> None:
    """Attempts are counted for this test alone: others run beside it."""
    settings.CACHES = {"default": {"BACKEND": "identity_cloud.caches.FileCache", "LOCATION": str(tmp_path)}}


def attempt(client: Client, password: str) -> bool:
    client.post(SIGN_IN, {"login": "ada", "password": password})
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("then", [NOW, AHEAD, BEHIND], ids=["as it was", "ahead", "behind"])
def test_the_limit_holds_for_its_time_and_no_longer(steady_clock: SteadyClock, then: datetime) -> None:
    OperatorFactory(username="ada", password=PASSWORD)
    with time_machine.travel(NOW, tick=False):
        for _ in range(3):
            assert not attempt(Client(), "wrong")
    steady_clock.shift(100)
    with time_machine.travel(then + timedelta(seconds=100), tick=False) as clock:
        for _ in range(2):
            assert not attempt(Client(), "wrong")
        clock.shift(timedelta(seconds=199))
        steady_clock.shift(199)
        assert not attempt(Client(), PASSWORD)
        clock.shift(timedelta(seconds=2))
        steady_clock.shift(2)  # The first three are over now.
        assert attempt(Client(), PASSWORD)


def test_a_start_of_the_machine_with_a_clock_that_is_behind_opens_the_sign_in(
    steady_clock: SteadyClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    OperatorFactory(username="ada", password=PASSWORD)
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(6):
            assert not attempt(Client(), "wrong")
        # Nobody can know how long it was off, except by the clock that can be set.
        monkeypatch.setattr(steady, "boot", lambda: "0b6ac6e1-5f34-4d4b-9a3e-3d3f4f0f5a77")
        steady_clock.now = 5
        clock.shift(timedelta(seconds=60))
        assert not attempt(Client(), PASSWORD)
        clock.move_to(BEHIND)
        assert attempt(Client(), PASSWORD)


def test_a_lock_left_behind_by_a_process_that_died_holds_no_longer_than_its_own_time(
    steady_clock: SteadyClock,
) -> None:
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
    steady_clock.shift(10)
    with time_machine.travel(NOW, tick=False):
        assert attempt(Client(), PASSWORD)


def test_changing_the_password(steady_clock: SteadyClock) -> None:
    client = Client()
    client.force_login(OperatorFactory(username="ada", password=PASSWORD))
    typed = {"oldpassword": "wrong", "password1": "x", "password2": "x"}
    # The session is dated too, and ends with its own time: it is the same one all along.
    with time_machine.travel(AHEAD, tick=False):
        answers = [client.post(PASSWORD_PAGE, typed).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]
    with time_machine.travel(NOW, tick=False):
        assert client.post(PASSWORD_PAGE, typed).status_code == 429
        steady_clock.shift(300)
        assert client.post(PASSWORD_PAGE, typed).status_code == 200


class TestFileCache:
    @pytest.fixture
    def files(self, tmp_path: Path) -> FileCache:
        return FileCache(str(tmp_path), {})

    def test_the_settings_use_it(self) -> None:
        assert django_settings.CACHES["default"]["BACKEND"] == "identity_cloud.caches.FileCache"

    def test_it_keeps_what_it_is_given_for_its_time(
        self, files: FileCache, steady_clock: SteadyClock
    ) -> None:
        files.set("name", [1], timeout=10)
        assert files.get("name") == [1]
        assert files.touch("name", timeout=20)
        steady_clock.shift(15)
        assert files.get("name") == [1]
        steady_clock.shift(6)
        assert files.get("name") is None
        assert not files.touch("name")

    def test_some_are_kept_until_they_are_deleted(self, files: FileCache, steady_clock: SteadyClock) -> None:
        files.set("for_good", 1, timeout=None)
        files.set("for_a_while", 1)  # 300 s
        steady_clock.shift(301)
        assert (files.get("for_good"), files.get("for_a_while")) == (1, None)

    def test_a_file_that_was_cut_short_counts_as_nothing(self, files: FileCache, tmp_path: Path) -> None:
        files.set("name", 1)
        (file,) = tmp_path.iterdir()
        file.write_bytes(b"")
        assert files.get("name") is None
        assert files.add("name", 2)

    def test_times_move_with_the_clock_and_nothing_else_does(self, files: FileCache) -> None:
        with time_machine.travel(NOW, tick=False) as clock:
            kept: dict[str, Any] = {"times": [2.5, 1.5], "none": [], "numbers": [1, 2], "time": 2.5}
            for name, value in kept.items():
                files.set(name, value)
            clock.shift(timedelta(seconds=-0.5))  # No more than a clock is corrected by all the time.
            assert {name: files.get(name) for name in kept} == kept
            clock.shift(timedelta(seconds=-59.5))
            told = {name: files.get(name) for name in kept}
        (later, earlier) = told.pop("times")
        assert (later - earlier, round(later, 1)) == (1, -57.5)
        assert told == {name: kept[name] for name in told}

    def test_what_an_earlier_version_wrote_counts_as_nothing(self, files: FileCache, tmp_path: Path) -> None:
        FileBasedCache(str(tmp_path), {}).set("name", [1, 2])
        assert files.get("name") is None
        assert files.add("name", 3)
        assert files.get("name") == 3
        assert not files.add("name", 4)
