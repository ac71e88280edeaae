"""What several of these tests ask in the same words."""

from __future__ import annotations

import io

import pytest
from django.core.management import call_command


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()


def refused(*arguments: str) -> str:
    """What the command prints before it ends with exit code 1, without a word on standard error."""
    output = io.StringIO()
    with pytest.raises(SystemExit) as end:
        call_command(*arguments, stdout=output)
    assert end.value.code == 1
    return output.getvalue()
