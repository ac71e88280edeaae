"""What operators type about many access keys at once."""

from __future__ import annotations

import re
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accesskeys.console.fields import LabelsField
from accesskeys.console.forms import OperationForm
from accesskeys.console.verbatim import VerbatimInput
from accesskeys.core import facts
from accesskeys.operations.policy import Operation


class IdsField(forms.Field):
    """The IDs of access keys, each once, in the order given."""

    widget = forms.MultipleHiddenInput
    LIMIT = 100

    def to_python(self, value: Any) -> list[UUID]:
        try:
            ids = list(dict.fromkeys(map(UUID, value)))
        except ValueError:
            raise ValidationError(
                _("The selection holds something that is not the ID of an access key, so nothing was done."),
                code="invalid",
            ) from None
        if len(ids) > self.LIMIT:
            raise ValidationError(
                _("At most %(limit)d access keys can be selected at once, so nothing was done."),
                code="too_many",
                params={"limit": self.LIMIT},
            )
        return ids


class SelectionForm(forms.Form):
    """The access keys that were ticked in the list."""

    id = IdsField(error_messages={"required": _("Select at least one access key in the list first.")})


class ManyForm(OperationForm):
    """What one confirmation wants: as a rule, nothing but the button."""

    def __init__(self, *args: Any, wanted: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.wanted = wanted

    def labels(self) -> dict[str, Any]:
        """What to hand to ``operations.confirm_run`` about labels. Ask a valid form only."""
        return {}


class RevokeManyForm(ManyForm):
    """How many access keys there are to be revoked, typed in by somebody who has looked at them."""

    number = forms.CharField(
        label=_("How many access keys are these?"),
        required=False,
        widget=VerbatimInput({"inputmode": "numeric", "autofocus": True}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["number"].help_text = ngettext(
            "Type %(number)s to revoke the selected access key.",
            "Type %(number)s to revoke the selected access keys.",
            self.wanted,
        ) % {"number": self.wanted}

    def clean_number(self) -> str:
        number: str = self.cleaned_data["number"]
        # The heading writes it with a sign between the thousands, which depends on the language.
        if re.sub(r"(?<=\d)[\s.,'\u2019](?=\d{3}(?!\d))", "", number) != str(self.wanted):
            raise ValidationError(_("That is not how many they are."), code="wrong_number")
        return number


class LabelManyForm(ManyForm):
    """Labels to set, and the keys of those to remove. The others stay."""

    set_labels = LabelsField(
        label=_("Labels to set"), required=False, help_text=_("One label a line: team=payments")
    )
    removed_labels = forms.CharField(
        label=_("Labels to remove"),
        required=False,
        help_text=_("Their first words, separated by spaces: team env"),
        widget=VerbatimInput,
    )

    shown_at = {"labels": "set_labels"}

    def clean_removed_labels(self) -> list[str]:
        keys: list[str] = self.cleaned_data["removed_labels"].split()
        if not all(map(facts.is_label_key, keys)):
            raise ValidationError(_("Write only the first words of labels, such as team."), code="invalid")
        return keys

    def clean(self) -> None:
        super().clean()
        if not self.errors and not any(self.cleaned_data.values()):
            self.add_error(
                "set_labels", ValidationError(_("Name a label to set or one to remove."), code="required")
            )

    def labels(self) -> dict[str, Any]:
        return dict(self.cleaned_data)


def form_for(operation: Operation, typed: QueryDict | None, *, wanted: int) -> ManyForm:
    """The form that confirms this operation."""
    kinds: dict[Operation, type[ManyForm]] = {
        Operation.REVOKE: RevokeManyForm,
        Operation.DESCRIBE: LabelManyForm,
    }
    return kinds.get(operation, ManyForm)(typed, wanted=wanted)
