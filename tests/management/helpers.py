"""What several of these tests ask in the same words."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accesskeys.models import AccessKey

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


def run(*arguments: str) -> str:
    """What the command prints on standard output."""
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def refusal_of(*arguments: str) -> str:
    """The one sentence that the command gives instead of doing anything."""
    rows, output = list(AccessKey.objects.order_by("pk").values()), io.StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command(*arguments, stdout=output)
    assert refusal.value.returncode == 1
    assert output.getvalue() == ""
    assert list(AccessKey.objects.order_by("pk").values()) == rows
    sentence = str(refusal.value)
    assert sentence.endswith(".")
    assert "\n" not in sentence
    return sentence
