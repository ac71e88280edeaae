"""Words that are for machines as much as for people: names, IDs, scopes, networks. Nobody changes a letter of them.

Browsers correct and translate what looks like a language, and password managers fill in what looks like an account.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from django import forms
from django.utils.html import format_html
from django.utils.safestring import SafeString

_AS_TYPED: Mapping[str, str | bool] = MappingProxyType(
    {
        "autocapitalize": "none",
        "autocomplete": "off",
        "autocorrect": "off",
        "spellcheck": "false",
        "translate": "no",
        # 1Password, LastPass, Bitwarden and Dashlane: each has a word of its own.
        "data-1p-ignore": True,
        "data-lpignore": "true",
        "data-bwignore": True,
        "data-form-type": "other",
    }
)


class VerbatimInput(forms.TextInput):
    """A field for such a word."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({**_AS_TYPED, **(attrs or {})})


class VerbatimSearch(VerbatimInput):
    """A field to look for one."""

    input_type = "search"


class UnseenInput(VerbatimInput):
    """A field for a word that no page shows again."""

    def format_value(self, value: Any) -> None:
        """Nothing, whatever was sent."""


class VerbatimTextarea(forms.Textarea):
    """A field for several, one a line."""

    def __init__(self, attrs: Mapping[str, Any] | None = None) -> None:
        super().__init__({**_AS_TYPED, **(attrs or {})})


def naming(sentence: str, name: str) -> SafeString:
    """A sentence with ``%(name)s`` in it, and the name where no translation touches it."""
    return format_html(
        sentence.replace("%(name)s", "{}"), format_html('<span translate="no">{}</span>', name)
    )
