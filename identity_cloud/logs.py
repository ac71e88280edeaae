"""How log records are written down, by Django and by the server."""

from __future__ import annotations

import logging
import re
import time
from copy import copy
from functools import lru_cache
from typing import Any

from django.db import Error
from pythonjsonlogger.json import JsonFormatter

from accesskeys.core import once
from accesskeys.core.database_errors import reason
from accesskeys.core.keys_in_text import struck_from
from identity_cloud.request_ids import current

# Django names settings of its own, which nobody can set here.
_ADVICE = re.compile(r" You may need to add .* to ALLOWED_HOSTS\.$")
_LIMIT = re.compile(r"\bsettings\.[A-Z_]+")


class LineFormatter(logging.Formatter):
    """One record, one line, no key in it, times in UTC, a traceback once a minute and kind.

    Paths, header lines and exceptions quote what a caller sent. A key in the wrong place must not reach the log
    (ASVS 5.0, 16.2.5), and a line break must not begin a record of the caller's own (16.4.1).
    """

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802  logging's.
        return self.default_msec_format % (_second(int(record.created)), record.msecs)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802  logging's.
        names = " ".join(filter(None, current()))
        record.of_request = f"[{names}] " if names else ""
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(_told_once(record)).splitlines()
        return struck_from(r"\n".join(lines))


class JsonLineFormatter(JsonFormatter):
    """The same as JSON, in these fields and no others: what a record carries beside them may hold anything."""

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        request_id, trace_id = current()
        fields = {
            "time": LineFormatter.default_msec_format % (_second(int(record.created)), record.msecs),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": request_id,
            "trace_id": trace_id,
            "exception": message_dict.get("exc_info"),
        }
        log_data.update((name, value) for name, value in fields.items() if value)

    def format(self, record: logging.LogRecord) -> str:
        return struck_from(super().format(_told_once(record)))


@lru_cache(maxsize=2)
def _second(second: int) -> str:
    """A moment as text. A flood of bad keys asks for the same one thousands of times."""
    return time.strftime(LineFormatter.default_time_format, time.gmtime(second))


class WithoutQuotation(logging.Filter):
    """Cuts what gunicorn quotes of a request that it cannot read: a line of headers, or of a body."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if message.startswith("Invalid request from"):
            record.msg, record.args = re.split("['\"]", message, maxsplit=1)[0].rstrip(": "), ()
        return True


class Refusal(logging.Filter):
    """Leaves a message without its traceback, and names the setting that it is about, where anybody can cause it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        message = _ADVICE.sub(" PUBLIC_URL says which host is answered.", record.getMessage())
        record.msg, record.args = _LIMIT.sub("the limit", message), ()
        return True


def _told_once(record: logging.LogRecord) -> logging.LogRecord:
    """The record; without its traceback where one of its kind was written within a minute. Then it says what failed.

    With a database away, each request fails in the same way, in some KB each. The record itself stays as it is, for
    whoever else listens.
    """
    error = record.exc_info[1] if record.exc_info else None
    if not isinstance(error, Exception) or once.a_minute(f"{record.name} {_where(error)}", error):
        return record
    what = reason(error) if isinstance(error, Error) else type(error).__name__
    told = copy(record)
    told.msg, told.args = f"{record.getMessage()}: {what}", ()
    told.exc_info = told.exc_text = None
    return told


def _where(error: Exception) -> str:
    """The line of code that raised it."""
    place = error.__traceback__
    while place is not None and place.tb_next is not None:
        place = place.tb_next
    return f"{place.tb_frame.f_code.co_filename}:{place.tb_lineno}" if place else ""
