"""The window that a key was counted in, told by whoever counts: the file, or a Redis."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from accesskeys import operations, verification
from accesskeys.core.exceptions import AccessKeyError, RateLimited
from accesskeys.core.rates import Rate, Window
from accesskeys.models import AccessKey
from accesskeys.operations.actors import Actor
from tests.factories import AccessKeyFactory, key_of
from tests.redis_servers import RedisServer

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("counters")]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    started = RedisServer(tmp_path_factory.mktemp("redis"))
    started.start()
    yield started
    started.kill()


@pytest.fixture(params=["file", "redis"])
def counters(request: pytest.FixtureRequest, settings: Settings) -> None:
    if request.param == "file":
        request.getfixturevalue("own_counters")
        return
    url = request.getfixturevalue("server").url
    settings.CACHES = {"default": {"BACKEND": "identity_cloud.caches.RedisCache", "LOCATION": url}}
    settings.ACCESS_KEYS_COUNTER_CACHE = "default"


@pytest.fixture
def limited(command: Actor) -> AccessKey:
    access_key = AccessKeyFactory()
    return operations.limit(
        access_key_id=access_key.pk, allowed_networks=[], rate_limit="2/hour", actor=command
    )


def test_it_is_on_the_access_key_that_was_let_in(limited: AccessKey) -> None:
    windows = [verification.authenticate(key_of(limited)).window for _ in range(2)]
    assert [window and (window.rate, window.used, window.left) for window in windows] == [
        ((2, 3600), 1, 1),
        ((2, 3600), 2, 0),
    ]
    assert all(window and 0 < window.seconds_left <= 3600 for window in windows)


def test_it_is_in_the_refusal_and_has_nothing_left(limited: AccessKey) -> None:
    for _ in range(2):
        verification.authenticate(key_of(limited))
    for _ in range(3):
        with pytest.raises(RateLimited) as refusal:
            verification.authenticate(key_of(limited))
        window = refusal.value.window
        assert window
        assert (window.allowed, window.left, window.seconds_left) == (2, 0, refusal.value.retry_after)


def test_a_key_without_a_limit_has_none_and_costs_nothing() -> None:
    access_key = verification.authenticate(key_of(AccessKeyFactory()))
    assert access_key.window is None
    assert "window" not in vars(access_key)


def test_the_limit_of_an_address_tells_nothing(settings: Settings) -> None:
    settings.ACCESS_KEYS_BAD_KEY_LIMIT = "1/hour"
    for _ in range(3):
        with pytest.raises(AccessKeyError) as refusal:
            verification.authenticate("bad", address="192.0.2.99")
    assert isinstance(refusal.value, RateLimited)
    assert (refusal.value.reason, refusal.value.window) == ("bad_keys", None)


@pytest.mark.parametrize(
    ("used", "left", "is_exceeded"), [(0, 2, False), (1, 1, False), (2, 0, False), (3, 0, True), (9, 0, True)]
)
def test_the_last_one_that_is_allowed_leaves_none_and_the_next_is_one_too_many(
    used: int, left: int, is_exceeded: bool
) -> None:
    window = Window(Rate(2, 60), used, 30)
    assert (window.left, window.is_exceeded) == (left, is_exceeded)
