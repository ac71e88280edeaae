"""The forms of the details page. Each remembers what it was opened on, so that it notices who was faster."""

from __future__ import annotations

import json
from abc import abstractmethod
from datetime import UTC, date, datetime
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from accesskeys.console.fields import (
    NOT_A_RATE,
    NOT_IN_FUTURE,
    ExpiryFields,
    FactFields,
    Lifetime,
    LimitFields,
    ScopeFields,
    facts_as_typed,
    limits_as_typed,
    scopes_as_typed,
)
from accesskeys.console.forms import NameInput, OperationForm
from accesskeys.core.moments import is_end_of_day, written
from accesskeys.models import AccessKey


class SectionForm(OperationForm):
    """One section of the details page, filled with what is saved unless something else was typed."""

    was = forms.CharField(required=False, widget=forms.HiddenInput({"id": False}))
    was_faster = False  # Somebody else, who saved something meanwhile.

    about: ClassVar[tuple[str, ...]]
    guarded: ClassVar[tuple[str, ...]] = ()

    def __init__(self, data: Any = None, *, access_key: AccessKey) -> None:
        saved = self.saved(access_key)
        self.now = version_of(access_key, *self.about)
        super().__init__(data, initial={**saved, "was": self.now})
        for name in self.guarded:
            self.fields[name].widget.attrs["data-saved"] = saved[name]

    @abstractmethod
    def saved(self, access_key: AccessKey) -> dict[str, Any]:
        """What the fields hold for this access key."""

    def is_current(self) -> bool:
        """Whether nobody has saved anything since the form was opened. If so, the next try knows of it."""
        was = self.cleaned_data["was"]
        self.was_faster = bool(was) and was != self.now
        if self.was_faster:
            typed = QueryDict(mutable=True)
            typed.update(self.data)
            typed["was"] = self.now
            self.data = typed
        return not self.was_faster


def version_of(access_key: AccessKey, *fields: str) -> str:
    """These fields as text, to be compared with what they are later."""
    return json.dumps([getattr(access_key, field) for field in fields], default=written, sort_keys=True)


def _day_of(moment: datetime) -> date:
    return moment.astimezone(UTC).date()


class RenameForm(SectionForm):
    """The name on the details page."""

    name = NameInput()
    about = guarded = ("name",)

    def saved(self, access_key: AccessKey) -> dict[str, Any]:
        return {"name": access_key.name}


class LimitsForm(LimitFields, SectionForm):
    """Where a key may be used from, and how often. Empty fields lift the limit."""

    about = ("allowed_networks", "rate_limit")
    guarded = ("allowed_networks", "requests", "period")
    shown_at = {"rate_limit": "requests"}
    said_at = {"requests": NOT_A_RATE}

    def saved(self, access_key: AccessKey) -> dict[str, Any]:
        return limits_as_typed(access_key)


class ScopesForm(ScopeFields, SectionForm):
    """What a key may be used for."""

    about = ("scopes",)
    shown_at = {"scopes": "own_scopes"}

    def saved(self, access_key: AccessKey) -> dict[str, Any]:
        return scopes_as_typed(access_key.scopes)


class ExpiryForm(ExpiryFields, SectionForm):
    """Until when a key works."""

    about = ("expires_at", "is_expired")  # Time may be faster as well.
    shown_at = {"expires_at": "until"}
    said_at = {"until": NOT_IN_FUTURE}

    def __init__(self, data: Any = None, *, access_key: AccessKey) -> None:
        super().__init__(data, access_key=access_key)
        self.end = None if access_key.is_expired else access_key.expires_at
        if self.end and not is_end_of_day(self.end):
            time = f"{self.end.astimezone(UTC):%H:%M}"
            self.fields["until"].help_text = _(
                "The key is usable until %(time)s UTC on the day that is saved, until the end of any other day."
            ) % {"time": time}

    def saved(self, access_key: AccessKey) -> dict[str, Any]:
        end = access_key.expires_at
        if end is None:
            return {"lifetime": Lifetime.UNLIMITED}
        return {"lifetime": Lifetime.UNTIL, "until": None if access_key.is_expired else _day_of(end)}

    def expires_at(self) -> datetime | None:
        """The moment that was chosen. The day that is saved already stands for the very moment that is saved."""
        typed = self.cleaned_data
        if self.end and (typed["lifetime"], typed["until"]) == (Lifetime.UNTIL, _day_of(self.end)):
            return self.end
        return super().expires_at()


class FactsForm(FactFields, SectionForm):
    """What an access key is for, and whose it is."""

    about = guarded = ("owner", "description", "labels")

    def saved(self, access_key: AccessKey) -> dict[str, Any]:
        return facts_as_typed(access_key)
