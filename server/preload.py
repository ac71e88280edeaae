"""What every process needs, loaded once before there are several: they share its memory, and none begins slowly."""

from __future__ import annotations

from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext, override


def load() -> None:
    """Import what answers each address, and read the texts of each language."""
    import_module(settings.ROOT_URLCONF)
    for code, _ in settings.LANGUAGES:
        with override(code):
            gettext("Sign in")
