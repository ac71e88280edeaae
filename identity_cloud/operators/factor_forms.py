"""What operators type about their second factors."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accesskeys.console.typed_keys import KeylessForm
from accesskeys.console.verbatim import UnseenInput, VerbatimInput


class CodeForm(KeylessForm, forms.Form):
    """A code, which no page shows again."""

    code = forms.CharField(
        label=_("Code"),
        max_length=64,
        error_messages={"required": _("Type the code.")},
        widget=UnseenInput({"class": "mono", "autocomplete": "one-time-code", "autofocus": True}),
    )

    @property
    def code_typed(self) -> str:
        """The code as the app shows it, without the gaps. Ask a valid form only."""
        return "".join(self.cleaned_data["code"].split()).replace("-", "")


class PasskeyForm(KeylessForm, forms.Form):
    """What the passkey is called, beside what the browser has made."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        help_text=_("Where it is kept, such as the name of the device."),
        error_messages={"required": _("Give it a name, so that you know it from others.")},
        widget=VerbatimInput({"autofocus": True}),
    )

    @property
    def credential(self) -> Any:
        """What the browser has made; None where it is no JSON."""
        return credential_in(self.data)


def credential_in(data: Any) -> Any:
    """What a browser answers with in the field ``credential``; None where it is no JSON."""
    try:
        return json.loads(data.get("credential", ""))
    except (ValueError, RecursionError):
        return None
