"""What a database says when it does not work, without what was set: user, host, name and options may be secrets."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from django.conf import settings
from django.db import Error

_QUOTED = re.compile('"[^"]*"|“[^”]*”|„[^“]*“|«[^»]*»|»[^«]*«')


def reason(error: Error) -> str:
    """The first line of the error. What is quoted there, or stands in ``DATABASES``, is left out."""
    text = _QUOTED.sub("“…”", str(error).partition("\n")[0].strip())
    for value in sorted(set(_values(settings.DATABASES["default"])), key=len, reverse=True):
        text = re.sub(rf"(?<!\w){re.escape(value)}(?!\w)", "…", text)
    return text.rstrip(".")


def _values(config: dict[str, Any]) -> Iterator[str]:
    for name, value in {**config, **config["OPTIONS"]}.items():
        if isinstance(value, str) and name not in ("ENGINE", "init_command", "transaction_mode"):
            yield from filter(None, re.split(r"[\s,]", value))  # Several hosts are separated by commas.
