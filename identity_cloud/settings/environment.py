"""Reading settings: each is checked here, and a wrong one stops the start with a sentence that never quotes it.

A value is taken as it stands, or refused. None is taken for another's name, and none that cannot be read for none.
"""

from __future__ import annotations

import os
import re
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from accesskeys.core.exceptions import KeyringError
from accesskeys.core.keyring import Keyring
from accesskeys.core.networks import parse_network
from accesskeys.core.rates import parse_rate
from identity_cloud.settings import env_file

BASE_DIR = Path(__file__).resolve().parents[2]

SETTINGS = (
    "PUBLIC_URL",
    "SECRET_KEY",
    "ACCESS_KEYS_MASTER_KEYS",
    "DATABASE_URL",
    "DATABASE_REPLICA_URL",
    "REPLICA_LEASE_SECONDS",
    "CACHE_URL",
    "TRUSTED_PROXIES",
    "BAD_KEY_LIMIT",
    "DECISION_TIMEOUT",
    "AUDIT_LOG_DAYS",
    "DEFAULT_EXPIRY_DAYS",
    "FRESH_PROOF_MINUTES",
    "REVEALS_PER_HOUR",
    "REVEAL_REASON",
    "SESSION_IDLE_MINUTES",
    "SESSION_HOURS",
    "SECOND_FACTOR",
    "COUNTER_FILE",
    "REVOCATIONS_FILE",
    "BACKUP_RECIPIENTS",
    "HOUSEKEEPING",
    "STATIC_ROOT",
    "LOG_LEVEL",
    "LOG_FORMAT",
    "HSTS_PRELOAD",
    "HOST",
    "PORT",
    "WEB_CONCURRENCY",
    "WEB_THREADS",
    "ROLE",
    "OIDC_ISSUER",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_LABEL",
    "OIDC_ROLES_CLAIM",
    "OIDC_ROLES",
    "PASSWORD_SIGN_IN",
    "DJANGO_SUPERUSER_USERNAME",
    "DJANGO_SUPERUSER_PASSWORD",
)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
FLAGS = {
    "true": True,
    "yes": True,
    "on": True,
    "1": True,
    "false": False,
    "no": False,
    "off": False,
    "0": False,
}
MOST_BYTES = 64 * 1024  # of a file that holds one value

_HOST_NAME = re.compile(r"(?=.{1,253}\Z)[A-Za-z0-9_]([A-Za-z0-9_-]*[A-Za-z0-9_])?(\.[A-Za-z0-9_-]+)*")


def _add_env_file() -> dict[str, int]:
    """Put what ``.env`` says into the environment, which wins; returns the line of each setting that is taken."""
    known = {*SETTINGS, *(f"{name}_FILE" for name in SETTINGS)}
    entries = env_file.read(BASE_DIR / ".env", known)
    # What the environment says in one way is not said in the other as well.
    said = {name for name, value in os.environ.items() if value.strip()}
    given = {*os.environ, *(f"{name}_FILE" for name in said), *(name.removesuffix("_FILE") for name in said)}
    added = {name: entry for name, entry in entries.items() if name not in given}
    os.environ.update({name: entry.value for name, entry in added.items()})
    return {name: entry.line for name, entry in added.items()}


_LINES = _add_env_file()


def wrong(name: str, what: str) -> ImproperlyConfigured:
    """What to raise about a setting: where it was given, and what is wrong. Not the value, which may be a secret."""
    return ImproperlyConfigured(f"{_named(name)} {what}")


def optional(name: str, default: str = "") -> str:
    """A setting without the white space around it, or the default where it is not set or empty.

    ``NAME_FILE`` names a file to read it from.
    """
    value, file = (os.environ.get(given, "").strip() for given in (name, f"{name}_FILE"))
    if value and file:
        raise ImproperlyConfigured(f"{name} and {name}_FILE are both set. Keep one of them.")
    if file:
        return _contents(name, file)
    try:
        value.encode()
    except UnicodeEncodeError:  # Bytes that are not UTF-8 come as surrogates.
        raise wrong(name, "is not UTF-8.") from None
    return value or default


def required(name: str) -> str:
    """A setting that has no safe default."""
    value = optional(name)
    if not value:
        raise ImproperlyConfigured(f"{name} is not set. .env.example shows how to make one.")
    return value


def master_keys() -> str:
    """``ACCESS_KEYS_MASTER_KEYS``: the keyring as text, which the keyring itself has read."""
    text = optional("ACCESS_KEYS_MASTER_KEYS")
    try:
        Keyring.parse(text)
    except KeyringError as error:
        named = str(error).replace("ACCESS_KEYS_MASTER_KEYS", _named("ACCESS_KEYS_MASTER_KEYS"), 1)
        raise ImproperlyConfigured(named) from None
    return text


def file_path(name: str, default: Path) -> Path:
    """A file or a folder; a relative one is meant from where the process was started."""
    return Path(optional(name, str(default))).absolute()


def networks(name: str) -> list[str]:
    """A list of addresses, and networks in CIDR notation, separated by commas."""
    texts = [text.strip() for text in optional(name).split(",") if text.strip()]
    for position, text in enumerate(texts, start=1):
        try:
            parse_network(text)
        except ValueError:
            raise wrong(
                name,
                "must be addresses and networks separated by commas, such as 10.0.3.7 or 10.0.0.0/8, with no bits set "
                f"behind the slash, and IPv4 without ::ffff:. Number {position} is not one.",
            ) from None
    return texts


def log_level() -> str:
    """``LOG_LEVEL``, in any case."""
    level = optional("LOG_LEVEL", "INFO").upper()
    if level not in LOG_LEVELS:
        raise wrong("LOG_LEVEL", f"must be one of {', '.join(LOG_LEVELS)}.")
    return level


def flag(name: str, *, default: bool) -> bool:
    """Yes or no."""
    text = optional(name)
    if not text:
        return default
    try:
        return FLAGS[text.lower()]
    except KeyError:
        raise wrong(name, "must be true or false.") from None


def one_of(name: str, *words: str, default: str) -> str:
    """One of these words, in any case."""
    word = optional(name, default).lower()
    if word not in words:
        *others, last = words
        raise wrong(name, f"must be {', '.join(others)} or {last}.")
    return word


def positive_number(name: str, *, default: str, most: int = 9999) -> int:
    """A number of processes, threads, minutes and the like."""
    text = optional(name, default)
    if re.fullmatch("[1-9][0-9]{0,3}", text) is None or int(text) > most:
        raise wrong(name, f"must be a whole number from 1 to {most}.")
    return int(text)


def few_seconds(name: str, *, default: str) -> float:
    """A time that a request may take, of a minute at most."""
    text = optional(name, default)
    if re.fullmatch(r"[0-9]{1,2}(\.[0-9]{1,3})?", text) is None or not 0.1 <= float(text) <= 60:
        raise wrong(name, "must be a number of seconds from 0.1 to 60, such as 2 or 1.5.")
    return float(text)


def days(name: str, *, default: int, without: str = "forever") -> int | None:
    """A number of days; None where it is without an end, in this word."""
    text = optional(name, str(default))
    if text.lower() == without:
        return None
    if re.fullmatch("[1-9][0-9]{0,3}", text) is None:
        raise wrong(name, f"must be a whole number of days from 1 to 9999, or {without}.")
    return int(text)


def host_to_listen_on() -> str:
    """``HOST``: an address or a name of this machine, IPv6 without its brackets."""
    text = optional("HOST", "127.0.0.1")
    bare = text[1:-1] if text.startswith("[") and text.endswith("]") else text
    if not _is_address(bare) and (bare != text or _HOST_NAME.fullmatch(text) is None):
        raise wrong("HOST", "must be an address such as 127.0.0.1 or ::1, or a host name.")
    return bare


def port() -> int:
    """``PORT``. At 0 the system chooses a free one."""
    text = optional("PORT", "8000")
    if re.fullmatch("0|[1-9][0-9]{0,4}", text) is None or int(text) > 65535:
        raise wrong("PORT", "must be a whole number from 0 to 65535.")
    return int(text)


def rate(name: str, *, default: str) -> str:
    """A rate limit such as ``60/minute``."""
    text = optional(name, default)
    try:
        parse_rate(text)
    except ValueError:
        raise wrong(
            name, "must be a number of requests per second, minute or hour, such as 60/minute."
        ) from None
    return text


def _named(name: str) -> str:
    """The setting as it was given: by itself or as a file, and in which line of ``.env``."""
    given = f"{name}_FILE" if os.environ.get(f"{name}_FILE", "").strip() else name
    return f"{given} (line {_LINES[given]} of .env)" if given in _LINES else given


@cache
def _contents(name: str, path: str) -> str:
    """Read once: it may be a pipe."""
    try:
        with Path(path).open("rb") as file:
            content = file.read(MOST_BYTES + 1)
        text = content.decode("utf-8-sig").strip()
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise wrong(name, f"names a file that cannot be read: {reason}.") from None
    if not text or len(content) > MOST_BYTES or "\0" in text:
        raise wrong(name, f"names a file that is empty, or no text, or longer than {MOST_BYTES // 1024} KB.")
    return text


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return "%" not in text
