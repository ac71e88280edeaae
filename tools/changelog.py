"""Cutting the changelog: what was unreleased belongs to a version from now on."""

from __future__ import annotations

import re

UNRELEASED = "## Unreleased\n"


class NothingToCut(Exception):
    """The sentence that says why not."""


def cut(text: str, version: str, day: str) -> str:
    """The changelog with the unreleased changes under a version. Cut already, it stays as it is."""
    if f"{heading(version)}," in text:
        return text
    if not unreleased(text):
        raise NothingToCut("CHANGELOG.md has nothing under Unreleased.")
    return text.replace(UNRELEASED, f"{UNRELEASED}\n{heading(version)}, {day}\n", 1)


def notes(text: str, version: str) -> str:
    """What a version changed."""
    found = re.search(rf"^{re.escape(heading(version))},[^\n]*\n(.*?)(?=^## |\Z)", text, re.M | re.S)
    return found[1].strip() + "\n" if found else ""


def unreleased(text: str) -> str:
    """What changed since the last version."""
    _, _, rest = text.partition(UNRELEASED)
    return re.split(r"^## ", rest, maxsplit=1, flags=re.M)[0].strip()


def heading(version: str) -> str:
    """How the section of a version begins."""
    return f"## {version}"
