"""Reading the environment: every value is checked here, and a wrong one stops the start with a sentence."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import FileAwareEnv

from accesskeys.networks import parse_network
from accesskeys.rates import parse_rate

BASE_DIR = Path(__file__).resolve().parents[2]

env = FileAwareEnv()
env.read_env(BASE_DIR / ".env")

SQLITE_OPTIONS = {
    # Writers queue for the lock when they begin, instead of failing when they first write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,  # seconds
    # secure_delete: what is revoked is overwritten in the file. NORMAL would do under WAL, except that
    # the last transactions may be lost with the power; FULL keeps a revocation through that, too.
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
}


def required(name: str) -> str:
    """A setting that has no safe default."""
    value: str = env.str(name, default="")
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. .env.example shows how to make one.")
    return value


def public_url() -> tuple[SplitResult, bool]:
    """``PUBLIC_URL`` taken apart, and whether it stands for this machine alone."""
    text = required("PUBLIC_URL")
    url = urlsplit(text)
    if url.scheme == "https" and url.hostname and not url.path.strip("/"):
        return url, False
    if url.scheme == "http" and _is_loopback(url.hostname or ""):
        return url, True
    raise ImproperlyConfigured(
        f"PUBLIC_URL is {text}. It must be an https address without a path, such as "
        "https://keys.example.com, or plain http on 127.0.0.1 for trying things out."
    )


def networks(name: str) -> list[str]:
    """A list of networks in CIDR notation, separated by commas."""
    texts: list[str] = [text.strip() for text in env.list(name, default=[])]
    for text in texts:
        try:
            parse_network(text)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name}: {error}") from None
    return texts


def rate(name: str, *, default: str) -> str:
    """A rate limit such as ``60/minute``."""
    text: str = env.str(name, default=default)
    try:
        parse_rate(text)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} is {text}. {error}") from None
    return text


def database() -> dict[str, Any]:
    """``DATABASE_URL``: SQLite unless it says otherwise. Connections are kept open on both."""
    config: dict[str, Any] = env.db_url(
        "DATABASE_URL", default=f"sqlite:///{BASE_DIR / 'data' / 'identity_cloud.sqlite3'}"
    )
    config["CONN_MAX_AGE"] = None
    if config["ENGINE"].endswith("sqlite3"):
        config.setdefault("OPTIONS", {}).update(SQLITE_OPTIONS)
        Path(config["NAME"]).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    else:
        config["CONN_HEALTH_CHECKS"] = True
    return config


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
