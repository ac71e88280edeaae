"""Every part of ``CACHE_URL`` is honoured, or refused with a sentence."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from django.core.cache.backends.filebased import FileBasedCache
from django.core.cache.backends.redis import RedisCache
from django.core.exceptions import ImproperlyConfigured

from identity_cloud.settings.cache import cache, counts_in_redis


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> Any:
    def read(address: str) -> dict[str, Any]:
        monkeypatch.setenv("CACHE_URL", address)
        return cache()

    return read


@pytest.mark.parametrize(
    ("address", "location"),
    [
        ("redis://h", "redis://h"),
        ("REDIS://h:6380/2", "redis://h:6380/2"),
        ("rediss://u:a%2Fb@h:6380/2", "rediss://u:a%2Fb@h:6380/2"),
        ("redis://:p@[::1]:6380", "redis://:p@[::1]:6380"),
        ("valkey://h/1", "redis://h/1"),
        ("valkeys://h/1", "rediss://h/1"),
        ("unix:///run/redis.sock?db=3", "unix:///run/redis.sock"),
        ("redis:///run/redis.sock", "unix:///run/redis.sock"),
    ],
)
def test_a_redis(read: Any, address: str, location: str) -> None:
    config = read(address)
    assert config["BACKEND"] == "identity_cloud.caches.RedisCache"
    assert config["LOCATION"] == location
    assert counts_in_redis()
    # The driver takes each of the options.
    pool = RedisCache(config["LOCATION"], config)._cache._get_connection_pool(write=True)
    assert pool.make_connection()


def test_options_of_a_redis(read: Any) -> None:
    config = read(
        "rediss://h?key_prefix=a&timeout=60&version=2&db=3&socket_timeout=7.5&socket_keepalive=yes"
        "&health_check_interval=30&max_connections=9&protocol=2&client_name=c&username=u&password=p"
        "&ssl_cert_reqs=none&ssl_check_hostname=no&ssl_ca_certs=/ca.pem"
    )
    made = RedisCache(config["LOCATION"], config)
    assert (made.key_prefix, made.default_timeout, made.version) == ("a", 60, 2)
    connection = made._cache._get_connection_pool(write=True).make_connection()
    assert (connection.db, connection.socket_timeout, connection.socket_connect_timeout) == (3, 7.5, 1)
    assert (connection.username, connection.password) == ("u", "p")
    assert (connection.check_hostname, connection.ca_certs) == (False, "/ca.pem")


def test_files(read: Any, tmp_path: Path) -> None:
    made = FileBasedCache(
        (config := read(f"filecache://{tmp_path}/a%20b?max_entries=5&timeout=60"))["LOCATION"], config
    )
    assert (made._dir, made._max_entries, made.default_timeout) == (f"{tmp_path}/a b", 5, 60)
    assert not counts_in_redis()


def test_files_keep_the_counts_of_many_names(read: Any, tmp_path: Path) -> None:
    config = read(f"filecache://{tmp_path}")
    assert FileBasedCache(config["LOCATION"], config)._max_entries == 20_000
    assert os.path.basename(read("")["LOCATION"]) == "cache"


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("hunter2", "must begin with redis://, rediss:// or filecache://."),
        ("locmemcache://", "must begin with"),
        ("dbcache://hunter2", "must begin with"),
        ("dummycache://", "must begin with"),
        ("memcache://hunter2", "must begin with"),
        ("pymemcache://hunter2", "must begin with"),
        ("$CACHE", "must begin with"),
        ("redis://u:hun/ter2@h", "percent-encode"),
        ("redis://u:hun@ter2@h", "percent-encode"),
        ("redis://h:hunter2", "percent-encode"),
        ("redis://h/hunter2", "must end with the number of a database"),
        ("redis://", "must name a host"),
        ("redis:///0", "must name a host"),
        ("unix://", "must name a host"),
        ("redis://h/1?db=2", "gives user, password or database twice."),
        ("redis://:hunter2@h?password=hunter2", "gives user, password or database twice."),
        ("redis://one,two", "must name one Redis."),
        ("unix://hunter2/run/redis.sock", "must name one Redis."),
        ("redis://h?hunter2=1", "an option that is not known here, number 1 behind the question mark."),
        ("redis://h?pool_class=hunter2", "an option that is not known here"),
        ("redis://h?ssl_cert_reqs=none", "an option that is not known here"),
        ("unix:///run/redis.sock?socket_connect_timeout=1", "an option that is not known here"),
        ("redis://h?socket_timeout=hunter2", "has a value for socket_timeout that cannot be taken."),
        ("redis://h?socket_timeout=0", "has a value for socket_timeout that cannot be taken."),
        ("rediss://h?ssl_cert_reqs=hunter2", "has a value for ssl_cert_reqs that cannot be taken."),
        ("filecache://hunter2", "must name a folder"),
        ("filecache:///", "must name a folder"),
        ("filecache:///tmp/x?max_entries=hunter2", "has a value for max_entries that cannot be taken."),
        ("filecache:///tmp/x?socket_timeout=1", "an option that is not known here"),
    ],
)
def test_what_cannot_be_taken_is_refused_and_not_shown(read: Any, address: str, sentence: str) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        read(address)
    assert str(refusal.value).startswith("CACHE_URL ")
    assert sentence in str(refusal.value)
    assert "hunter2" not in str(refusal.value)
