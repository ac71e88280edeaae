"""Keys that were typed or pasted into a field where something else belongs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from accesskeys.core import keys_in_text

NOT_A_NAME = ValidationError(_("That is a key, not a name."), code="key")
_NAMES = ("name", "login", "username")
_ELSEWHERE = ValidationError(_("That is a key. It does not belong here."), code="key")


def without_keys(typed: QueryDict) -> QueryDict:
    """What was typed, with nothing in the fields that held a key. Passwords are as they are: no page shows them."""
    kept = typed.copy()
    for name, values in typed.lists():
        if keys_in_text.is_mostly_in(name):
            del kept[name]
        elif "password" not in name and any(map(keys_in_text.is_mostly_in, values)):
            kept.setlist(name, [])
    return kept


class KeylessForm(forms.BaseForm):
    """Keeps no key that was typed, so that no page shows it again, and says so in its place."""

    def __init__(self, data: Mapping[str, Any] | None = None, *args: Any, **kwargs: Any) -> None:
        self._emptied: list[str] = []
        if isinstance(data, QueryDict):
            typed, data = data, without_keys(data)
            self._emptied = [name for name in typed if typed.getlist(name) and not data.getlist(name)]
        super().__init__(data, *args, **kwargs)

    def full_clean(self) -> None:
        super().full_clean()
        for name in self._emptied:
            if name in self.fields:
                self.errors.pop(name, None)
                self.add_error(name, NOT_A_NAME if name in _NAMES else _ELSEWHERE)
