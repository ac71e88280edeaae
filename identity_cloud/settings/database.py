"""``DATABASE_URL``: SQLite unless it says otherwise, and ``DATABASE_REPLICA_URL``. Connections are kept open on all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from identity_cloud.settings.environment import BASE_DIR, optional, wrong
from identity_cloud.settings.service_address import (
    PERCENT_ENCODE,
    ServiceAddress,
    parse,
    seconds,
    whole_number,
    yes_or_no,
)

REPLICA = "replica"
DEFAULT = BASE_DIR / "data" / "identity_cloud.sqlite3"
MOST_BYTES = 63  # of the name of a database in PostgreSQL
IN_MEMORY = "sqlite://:memory:"
WAL_BYTES = 8 * 1024 * 1024

SQLITE_OPTIONS = {
    # Writers queue for the lock when they begin, instead of failing when they first write.
    "transaction_mode": "IMMEDIATE",
    "timeout": 10,  # seconds
    # secure_delete: what is revoked is overwritten in the file. NORMAL would do under WAL, except that
    # the last transactions may be lost with the power; FULL keeps a revocation through that, too.
    # journal_size_limit: what a burst or a long reader has let the WAL grow to is given back with the second
    # write after it. Twice what it grows to by itself, so that nothing is given back and needed again at once.
    "init_command": (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; "
        f"PRAGMA journal_size_limit={WAL_BYTES};"
    ),
}

POSTGRESQL_OPTIONS = {
    "prepare_threshold": 5,  # Anything but 0 lets accesskeys/verification/finding prepare its statement.
    # A machine that is gone without a word is given up before the gateways give us up. What decides about keys waits no
    # longer than DECISION_TIMEOUT, whatever stands here.
    "connect_timeout": 2,  # seconds, of which psycopg takes no fewer
    "tcp_user_timeout": 2000,  # milliseconds
    "keepalives_idle": 10,  # seconds
    "keepalives_interval": 3,  # seconds
    "keepalives_count": 2,
}

# What Django takes beside the options of the driver.
_OF_DJANGO: dict[str, Callable[[str], Any]] = {
    "conn_max_age": whole_number,
    "conn_health_checks": yes_or_no,
    "disable_server_side_cursors": yes_or_no,
}


def _threshold(text: str) -> int | None:
    """As people mean it: at 0 nothing is prepared. psycopg would prepare everything at once."""
    return whole_number(text) or None


_OF_PSYCOPG: dict[str, Callable[[str], Any]] = {
    "prepare_threshold": _threshold,
    "server_side_binding": yes_or_no,
    "assume_role": str,
}
_OF_SQLITE: dict[str, Callable[[str], Any]] = {"timeout": seconds}
_NUMBERS = {
    "connect_timeout",
    "tcp_user_timeout",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
}
# The name stands in front of the question mark; Django speaks UTF-8 whatever is asked for, and needs no copy.
_NOT_OF_LIBPQ = {"dbname", "client_encoding", "replication"}


def database() -> dict[str, Any]:
    """The database, with all that its address asks for."""
    url = optional("DATABASE_URL") or _default()
    if url == IN_MEMORY:
        return _config(Env.db_url_config(url), {}, SQLITE_OPTIONS, {})
    if not url.lower().startswith(("sqlite://", "postgres://", "postgresql://")):
        raise wrong("DATABASE_URL", "must begin with sqlite:// or postgres://.")
    address = parse("DATABASE_URL", url)
    return _sqlite(address) if address.scheme == "sqlite" else _postgresql("DATABASE_URL", address)


def replica(primary: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The standby to ask about keys, by its alias, if there is one."""
    url = optional("DATABASE_REPLICA_URL")
    if not url:
        return {}
    if not url.lower().startswith(("postgres://", "postgresql://")):
        raise wrong("DATABASE_REPLICA_URL", "must begin with postgres://.")
    if not primary["ENGINE"].endswith("postgresql"):
        raise wrong("DATABASE_REPLICA_URL", "needs a DATABASE_URL that names its primary.")
    config = _postgresql("DATABASE_REPLICA_URL", parse("DATABASE_REPLICA_URL", url))
    if "," in config["HOST"] or not config["OPTIONS"]["prepare_threshold"]:
        raise wrong("DATABASE_REPLICA_URL", "must lead to one standby, and to no pooler.")
    return {REPLICA: config}


def folder_of(config: dict[str, Any]) -> Path | None:
    """Where the file of the database is; None where it has none on this machine."""
    if not config["ENGINE"].endswith("sqlite3") or config["NAME"] == ":memory:":
        return None
    return Path(config["NAME"]).absolute().parent


def _default() -> str:
    try:
        DEFAULT.parent.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(
            f"The folder {DEFAULT.parent} cannot be made: {error.strerror}. DATABASE_URL may name another place."
        ) from None
    return f"sqlite:///{quote(str(DEFAULT))}"


def _sqlite(address: ServiceAddress) -> dict[str, Any]:
    if address.host or address.user or address.password or not address.path.strip("/"):
        raise wrong("DATABASE_URL", "must name a file, as in sqlite:////srv/identity_cloud.sqlite3.")
    known = _OF_DJANGO | _OF_SQLITE
    config = Env.db_url_config(address.written("sqlite"))
    if not os.path.isdir(os.path.dirname(config["NAME"]) or "."):
        raise wrong("DATABASE_URL", "names a file in a folder that does not exist.")
    return _config(config, address.cast_options(known), SQLITE_OPTIONS, {})


def _postgresql(setting: str, address: ServiceAddress) -> dict[str, Any]:
    from psycopg import pq

    host, port, name = address.host, address.port, address.path[1:]
    if name.startswith("/"):  # A third way to name the folder of a socket: postgres:////run/postgresql/name.
        host, _, name = name.rpartition("/")
    given = {"user": address.user, "password": address.password, "host": host, "port": port}
    if (not name and "service" not in address.options) or "/" in name or len(name.encode()) > MOST_BYTES:
        raise wrong(setting, f"must name one database, as in postgres://host/name. {PERCENT_ENCODE}")
    if any(given[option] for option in given.keys() & address.options.keys()):
        raise wrong(setting, "gives user, password, host or port twice. Keep one of them.")
    of_libpq = {option.keyword.decode() for option in pq.Conninfo.get_defaults()} - _NOT_OF_LIBPQ
    known: dict[str, Callable[[str], Any]] = dict.fromkeys(of_libpq, str)
    known |= dict.fromkeys(_NUMBERS, whole_number) | _OF_PSYCOPG | _OF_DJANGO
    config = Env.db_url_config(address.written("postgres")) | {
        "HOST": ",".join(each.strip("[]") for each in host.split(",")),
        "PORT": port,
        "NAME": name,
    }
    options = address.cast_options(known)
    # Behind a pooler that hands each transaction another session, a cursor would be left in one of them.
    is_pooled = options.get("prepare_threshold", 1) is None
    of_django = {"CONN_HEALTH_CHECKS": True, "DISABLE_SERVER_SIDE_CURSORS": is_pooled}
    return _config(config, options, POSTGRESQL_OPTIONS, of_django)


def _config(
    parsed: dict[str, Any], options: dict[str, Any], defaults: dict[str, Any], of_django: dict[str, Any]
) -> dict[str, Any]:
    given = {name.upper(): options.pop(name) for name in _OF_DJANGO if name in options}
    return {**parsed, "CONN_MAX_AGE": None, **of_django, **given, "OPTIONS": {**defaults, **options}}
