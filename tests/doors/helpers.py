"""What several of these tests ask in the same words."""

from __future__ import annotations

import io

from django.core.management import call_command


def run(*arguments: str) -> str:
    output = io.StringIO()
    call_command(*arguments, stdout=output)
    return output.getvalue()
