"""Reading PostgreSQL's ``synchronous_standby_names``: which standbys each commit waits for."""

from __future__ import annotations

import re

_NUMBERED = re.compile(r"(?:(?:FIRST|ANY)\s+)?(\d+)\s*\((.*)\)", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(r'\s*(?:"((?:[^"]|"")+)"|([^\s",()]+))\s*(?:,|\Z)')


def waited_for(setting: str) -> frozenset[str]:
    """The names, in lower case, as PostgreSQL compares them. Only where all of them are waited for; else none.

    One of two is some other one, the next time. ``*`` says nothing about who will be there.
    """
    numbered = _NUMBERED.fullmatch(setting.strip())
    most, text = (int(numbered[1]), numbered[2]) if numbered else (1, setting)
    names = [(quoted or bare).replace('""', '"').lower() for quoted, bare in _NAME.findall(text)]
    return frozenset(names) if len(names) <= most and "*" not in names else frozenset()
