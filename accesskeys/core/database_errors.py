"""What a database says when it does not work: whether that may pass, and in words without what was set.

User, host, name and options of a database may be secrets.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import DatabaseError, Error, InterfaceError, OperationalError

_QUOTED = re.compile('"[^"]*"|“[^”]*”|„[^“]*“|«[^»]*»|»[^«]*«')

# What PostgreSQL calls so passes without anybody mending our code, by class or code (its manual, appendix A): a lost
# connection, a server that only reads, a transaction that failed or has to be tried again, a prepared statement that a
# pooler has lost or kept, no room, an object in use, an operator at work, and a system that fails.
# 0A000 is also said of a plan that was prepared before a column changed.
_PASSING = ("08", "0A000", "25", "26000", "40", "42P05", "53", "55", "57", "58")
_OF_OTHER_CONNECTIONS = ("0A000", "26000", "42P05")


def is_passing(error: BaseException | None) -> bool:
    """Whether this is a database that does not work at the moment, which is 503 at every door, and no fault of ours."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    if not isinstance(error, Error):
        return False
    # A line that breaks unannounced has no state, and psycopg takes that for any error.
    is_nameless = type(error) is DatabaseError and getattr(error.__cause__, "sqlstate", "") is None
    return is_nameless or _state(error).startswith(_PASSING)


def behind(error: BaseException | None) -> BaseException | None:
    """The passing failure that led to this error, if one did. Django calls a session that could not be saved a bad
    request.
    """
    while error is not None and not is_passing(error):
        error = error.__cause__ or error.__context__
    return error


def is_of_pooler(error: BaseException | None) -> bool:
    """Whether a statement is not where, or not as, it was prepared. Over a fresh connection it is prepared anew."""
    return isinstance(error, Error) and _state(error).startswith(_OF_OTHER_CONNECTIONS)


def reason(error: Error) -> str:
    """The first line of the error. What is quoted there, or stands in ``DATABASES``, is left out."""
    text = _QUOTED.sub("“…”", str(error).partition("\n")[0].strip())
    values = {value for config in settings.DATABASES.values() for value in _values(config)}
    for value in sorted(values, key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text)
    return text.rstrip(".")


def _values(config: dict[str, Any]) -> Iterator[str]:
    for name, value in {**config, **config["OPTIONS"]}.items():
        if isinstance(value, str) and name not in ("ENGINE", "init_command", "transaction_mode"):
            yield from filter(None, re.split(r"[\s,]", value))  # Several hosts are separated by commas.


def _state(error: Error) -> str:
    """The SQLSTATE, where the driver has one."""
    return getattr(error.__cause__, "sqlstate", None) or ""
