"""What several of these tests ask in the same words."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accesskeys import verification

Write = Callable[[str | bytes], str]


def generate(path: str, *arguments: str) -> str:
    output = io.StringIO()
    call_command("generate_access_keys", f"--from-file={path}", *arguments, stdout=output)
    return output.getvalue()


def refused(path: str, *arguments: str, stdout: Any = None) -> tuple[str, list[str]]:
    """The sentence that the command ends with, and the lines above it."""
    errors = io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(
            "generate_access_keys",
            f"--from-file={path}",
            *arguments,
            stdout=stdout or io.StringIO(),
            stderr=errors,
        )
    assert refusal.value.returncode == 1
    return str(refusal.value), errors.getvalue().splitlines()


def rows(printed: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(printed)))


def check_whole(printed: Iterable[dict[str, str]]) -> None:
    """Each printed key is the one of an access key with that name and ID."""
    for row in printed:
        access_key = verification.authenticate(row["key"])
        assert (access_key.name, str(access_key.pk)) == (row["name"], row["id"])
