"""What every process needs, loaded once before there are several: they share its memory, and none begins slowly."""

from __future__ import annotations

import codecs
from importlib import import_module

from django.conf import settings
from django.utils.translation import gettext, override
from drf_standardized_errors.settings import package_settings
from rest_framework.settings import api_settings


def load() -> None:
    """Import what answers each address, and read the texts of each language."""
    import_module(settings.ROOT_URLCONF)
    _load_refusals()
    for code, _ in settings.LANGUAGES:
        with override(code):
            gettext("Sign in")


def _load_refusals() -> None:
    """Otherwise found by name when the first is due, and then there may be no descriptor left to read it with."""
    for place, name in (
        (api_settings, "EXCEPTION_HANDLER"),
        (package_settings, "EXCEPTION_HANDLER_CLASS"),
        (package_settings, "EXCEPTION_FORMATTER_CLASS"),
    ):
        getattr(place, name)
    codecs.lookup("unicode_escape")  # Django writes its line about a refusal in it.
