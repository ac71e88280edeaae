"""``CACHE_URL``: files unless it names a Redis, whose options may stand in the address."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from identity_cloud.settings.environment import BASE_DIR, optional, wrong
from identity_cloud.settings.service_address import ServiceAddress, parse, seconds, whole_number, yes_or_no

DEFAULT = BASE_DIR / "data" / "cache"

# Valkey speaks as Redis does.
_SCHEMES = {"redis": "redis", "rediss": "rediss", "valkey": "redis", "valkeys": "rediss", "unix": "unix"}
_VERIFY = {"required": "required", "optional": "optional", "none": "none"}

_OF_DJANGO: dict[str, Callable[[str], Any]] = {
    "timeout": whole_number,
    "key_prefix": str,
    "version": whole_number,
}
_OF_FILES: dict[str, Callable[[str], Any]] = {"max_entries": whole_number}
_OF_REDIS: dict[str, Callable[[str], Any]] = {
    "db": whole_number,
    "username": str,
    "password": str,
    "client_name": str,
    "socket_timeout": seconds,
    "health_check_interval": whole_number,
    "max_connections": whole_number,
    "protocol": {"2": 2, "3": 3}.__getitem__,
    "retry_on_timeout": yes_or_no,
}
_OF_TCP: dict[str, Callable[[str], Any]] = {"socket_connect_timeout": seconds, "socket_keepalive": yes_or_no}
_OF_TLS: dict[str, Callable[[str], Any]] = {
    "ssl_cert_reqs": _VERIFY.__getitem__,
    "ssl_check_hostname": yes_or_no,
    "ssl_ca_certs": str,
    "ssl_ca_path": str,
    "ssl_certfile": str,
    "ssl_keyfile": str,
    "ssl_password": str,
}


def cache() -> dict[str, Any]:
    """The cache, with all that its address asks for."""
    url = optional("CACHE_URL") or f"filecache://{quote(str(DEFAULT))}"
    if _scheme(url) not in {"filecache", *_SCHEMES}:
        # Others are not shared by all processes, or forget at will: sign-ins would be limited by chance.
        raise wrong("CACHE_URL", "must begin with redis://, rediss:// or filecache://.")
    address = parse("CACHE_URL", url)
    return _files(address) if address.scheme == "filecache" else _redis(address)


def counts_in_redis() -> bool:
    """Whether ``CACHE_URL`` names a Redis, which can count for rate limits."""
    return _scheme(optional("CACHE_URL")) in _SCHEMES


def _scheme(url: str) -> str:
    return url.partition("://")[0].lower()


def _files(address: ServiceAddress) -> dict[str, Any]:
    if address.host or address.user or address.password or not address.path.strip("/"):
        raise wrong("CACHE_URL", "must name a folder, as in filecache:///var/cache/identity_cloud.")
    options = {name.upper(): value for name, value in address.cast_options(_OF_DJANGO | _OF_FILES).items()}
    # With Django's own limit of 300 entries, attempts on many names would push the counts of one out.
    config = {"BACKEND": "identity_cloud.caches.FileCache", "LOCATION": address.path}
    return _config(config, options, {"MAX_ENTRIES": 20_000})


def _redis(address: ServiceAddress) -> dict[str, Any]:
    scheme = _SCHEMES[address.scheme] if address.host else "unix"
    known, path = _OF_DJANGO | _OF_REDIS, address.path.strip("/")
    # A Redis that hangs holds up each request that is counted, and soon all threads.
    defaults = {"socket_timeout": 1}
    if scheme != "unix":
        known |= _OF_TCP
        defaults |= {"socket_connect_timeout": 1}
    if scheme == "rediss":
        known |= _OF_TLS
    if "," in address.host or (address.scheme == "unix" and address.host):
        raise wrong("CACHE_URL", "must name one Redis.")
    if scheme == "unix" and (not path or path.isdecimal()):
        raise wrong("CACHE_URL", "must name a host, as in redis://host:6379/0, or the file of a socket.")
    if scheme != "unix" and path and not path.isdecimal():
        raise wrong("CACHE_URL", "must end with the number of a database, as in redis://host:6379/0.")
    given = {"username": address.user, "password": address.password, "db": path if scheme != "unix" else ""}
    if any(given[option] for option in given.keys() & address.options.keys()):
        raise wrong("CACHE_URL", "gives user, password or database twice. Keep one of them.")
    config = {"BACKEND": "identity_cloud.caches.RedisCache", "LOCATION": address.written(scheme)}
    return _config(config, address.cast_options(known), defaults)


def _config(parsed: dict[str, Any], options: dict[str, Any], defaults: dict[str, Any]) -> dict[str, Any]:
    of_django = {name.upper(): value for name, value in options.items() if name.lower() in _OF_DJANGO}
    of_backend = {name: value for name, value in options.items() if name.lower() not in _OF_DJANGO}
    return {**parsed, **of_django, "OPTIONS": {**defaults, **of_backend}}
