"""Reading the environment: every value is checked here, and a wrong one stops the start with a sentence."""

from __future__ import annotations

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv

from accesskeys.core.networks import parse_network
from accesskeys.core.rates import parse_rate

BASE_DIR = Path(__file__).resolve().parents[2]

env = FileAwareEnv()
try:
    env.read_env(BASE_DIR / ".env")
except OSError as error:
    raise ImproperlyConfigured(f"{error.filename} cannot be read: {error.strerror}.") from None

LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

SQLITE_OPTIONS = {
    # Writers queue for the lock when they begin, instead of failing when they first write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,  # seconds
    # secure_delete: what is revoked is overwritten in the file. NORMAL would do under WAL, except that
    # the last transactions may be lost with the power; FULL keeps a revocation through that, too.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
}

POSTGRESQL_OPTIONS = {
    "prepare_threshold": 5,  # Anything but 0 lets accesskeys/verification/finding prepare its statement.
    # A machine that is gone without a word is given up before the gateways give us up.
    "connect_timeout": 3,  # seconds
    "tcp_user_timeout": 3000,  # milliseconds
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 3,  # seconds
    "keepalives_count": 2,
}


def optional(name: str, default: str = "") -> str:
    """A setting, or the default where it is not set or empty. ``NAME_FILE`` names a file to read it from."""
    try:
        value: str = env.str(name, default="")
    except OSError as error:
        raise ImproperlyConfigured(f"{error.filename} cannot be read: {error.strerror}.") from None
    return value.strip() or default


def required(name: str) -> str:
    """A setting that has no safe default."""
    value = optional(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. .env.example shows how to make one.")
    return value


def public_url() -> tuple[SplitResult, bool]:
    """``PUBLIC_URL`` taken apart, and whether it stands for this machine alone."""
    text = required("PUBLIC_URL")
    url = _bare_address(text)
    if url.scheme == "https" and url.hostname:
        return url, False
    if url.scheme == "http" and _is_loopback(url.hostname or ""):
        return url, True
    raise ImproperlyConfigured(
        f"PUBLIC_URL is {text}. It must be an https address without a path, such as "
        "https://keys.example.com, or plain http on 127.0.0.1 for trying things out."
    )


def host(url: SplitResult) -> str:
    """The host of an address, as requests name it: an IPv6 address in brackets."""
    return f"[{url.hostname}]" if ":" in (url.hostname or "") else url.hostname or ""


def networks(name: str) -> list[str]:
    """A list of networks in CIDR notation, separated by commas."""
    texts = [text.strip() for text in optional(name).split(",") if text.strip()]
    for text in texts:
        try:
            parse_network(text)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}") from None
    return texts


def log_level() -> str:
    """``LOG_LEVEL``, in any case."""
    level = optional("LOG_LEVEL", "INFO").upper()
    if level not in LOG_LEVELS:
        raise ImproperlyConfigured(f"LOG_LEVEL is {level}. It must be one of {', '.join(LOG_LEVELS)}.")
    return level


def positive_number(name: str, *, default: str) -> int:
    """A number of processes or threads."""
    text = optional(name, default)
    if re.fullmatch("[1-9][0-9]{0,3}", text) is None:
        raise ImproperlyConfigured(f"{name} is {text}. It must be a whole number from 1 to 9999.")
    return int(text)


def rate(name: str, *, default: str) -> str:
    """A rate limit such as ``60/minute``."""
    text = optional(name, default)
    try:
        parse_rate(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from None
    return text


def database() -> dict[str, Any]:
    """``DATABASE_URL``: SQLite unless it says otherwise. Connections are kept open on both."""
    default = f"sqlite:///{quote(str(BASE_DIR))}/data/identity_cloud.sqlite3"
    url = optional("DATABASE_URL", default)
    if not url.startswith(("sqlite://", "postgres://", "postgresql://")):
        # The value may hold a password, so it is not quoted here.
        raise ImproperlyConfigured("DATABASE_URL must begin with sqlite:// or postgres://.")
    config: dict[str, Any] = env.db_url_config(url)
    config["CONN_MAX_AGE"] = None
    if config["ENGINE"].endswith("sqlite3"):
        config.setdefault("OPTIONS", {}).update(SQLITE_OPTIONS)
        folder = Path(config["NAME"]).parent
        if url == default:
            folder.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise ImproperlyConfigured(f"DATABASE_URL: there is no folder {folder}.")
    else:
        config["CONN_HEALTH_CHECKS"] = True
        config["OPTIONS"] = {**POSTGRESQL_OPTIONS, **config.get("OPTIONS", {})}
    return config


def cache() -> dict[str, Any]:
    """``CACHE_URL``: files unless it names a Redis, whose options may stand in the address."""
    default = f"filecache://{BASE_DIR}/data/cache?max_entries=10000"
    config: dict[str, Any] = env.cache_url_config(optional("CACHE_URL", default))
    if counts_in_redis():
        # A Redis that hangs holds up each request that is counted, and soon all threads.
        config["OPTIONS"] = {"socket_timeout": 1, "socket_connect_timeout": 1, **config.get("OPTIONS", {})}
    return config


def counts_in_redis() -> bool:
    """Whether ``CACHE_URL`` names a Redis, which can count for rate limits."""
    return optional("CACHE_URL").startswith("redis")


def _bare_address(text: str) -> SplitResult:
    """The parts of an address of scheme, host and port alone; without any parts if it is something else."""
    try:
        url = urlsplit(text)
        is_bare = (
            text.rstrip("/") == f"{url.scheme}://{url.netloc}" and "@" not in url.netloc and url.port != 0
        )
    except ValueError:
        is_bare = False
    return url if is_bare else urlsplit("")


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def port() -> int:
    """``PORT``, where the server listens; 0 takes any that is free."""
    text = optional("PORT", "8000")
    if re.fullmatch("[0-9]{1,5}", text) is None or int(text) > 65535:
        raise ImproperlyConfigured("PORT must be a whole number from 0 to 65535.")
    return int(text)


def host_to_listen_on() -> str:
    """``HOST``, an address or a name, without the brackets of IPv6."""
    return optional("HOST", "127.0.0.1").strip("[]")
