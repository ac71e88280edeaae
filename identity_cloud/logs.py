"""How log records are written down, by Django and by the server."""

from __future__ import annotations

import logging
import re
import time

from accesskeys.core.keys import PREFIX

_KEY = re.compile(rf"{PREFIX}[0-9a-z]+", re.IGNORECASE)


class LineFormatter(logging.Formatter):
    """One record, one line, no key in it, times in UTC.

    Paths, header lines and exceptions quote what a caller sent. A key in the wrong place must not reach the log
    (ASVS 5.0, 16.2.5), and a line break must not begin a record of the caller's own (16.4.1).
    """

    converter = staticmethod(time.gmtime)
    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    def format(self, record: logging.LogRecord) -> str:
        lines = super().format(record).splitlines()
        return _KEY.sub(f"{PREFIX}…", r"\n".join(lines))


class WithoutQuotation(logging.Filter):
    """Cuts what gunicorn quotes of a request that it cannot read: a line of headers, or of a body."""

    def filter(self, record: logging.LogRecord) -> bool:
        message = record.getMessage()
        if message.startswith("Invalid request from"):
            record.msg, record.args = re.split("['\"]", message, maxsplit=1)[0].rstrip(": "), ()
        return True


class WithoutTraceback(logging.Filter):
    """Leaves the message alone, where it says everything and anybody on the network can cause it."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.exc_info = None
        return True
