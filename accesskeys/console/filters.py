"""What the query string may choose: which rows of a list, in which order, how many to a page."""

from __future__ import annotations

import uuid
from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.core.paginator import Page
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accesskeys.console.fact_filters import FACTS, NOTHING, Applied, FactFields, with_label
from accesskeys.console.verbatim import VerbatimInput, VerbatimSearch
from accesskeys.models import AccessKeyQuerySet, Action, AuditEvent, is_short
from accesskeys.models.lists import Ordering, Status, in_order, with_status
from accesskeys.models.pages import CappedPaginator, NarrowedPaginator

PAGE_SIZES: Final = (25, 50, 100)


class QueryForm(forms.Form):
    """A filter in the query string. A value that makes no sense is left out, and the page says so."""

    page = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=10**9,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            _("That is not a page number, so this is the first page."),
        ),
    )

    @property
    def notices(self) -> list[str]:
        """A sentence for each value that was left out."""
        return [str(sentence) for sentences in self.errors.values() for sentence in sentences]

    def chosen(self, name: str) -> Any:
        """The value in the query string, or none where it is missing or makes no sense."""
        self.is_valid()
        return self.cleaned_data.get(name) or None

    @abstractmethod
    def choose(self, rows: Any) -> QuerySet[Any]:
        """Those of the rows that are asked for, in the order asked for."""

    def page_of(self, rows: QuerySet[Any], size: int) -> Page[Any]:
        """The page of them that the query string asks for; past the end, the last one."""
        paginator = self.paginator(self.choose(rows), rows, size)
        wanted = self.chosen("page") or 1
        if wanted > paginator.num_pages:
            self.add_error("page", _("There is no such page any more, so this is the last one."))
        return paginator.get_page(wanted)

    @property
    def paginator(self) -> type[CappedPaginator]:
        """How far pages reach."""
        return CappedPaginator

    @property
    def is_narrowed(self) -> bool:
        """Whether rows are left out."""
        return any(self.chosen(name) for name in self.narrowing)

    narrowing: Iterable[str] = ()


def _choice(label: Any, choices: Any, *, blank: Any = None, sentence: Any) -> forms.ChoiceField:
    options = [("", blank), *choices] if blank else list(choices)
    return forms.ChoiceField(
        label=label, choices=options, required=False, error_messages={"invalid_choice": sentence}
    )


class AccessKeyFilter(FactFields, QueryForm):
    """Which access keys the list shows."""

    search = forms.CharField(
        label=_("Search name, owner or ID"),
        required=False,
        max_length=100,
        widget=VerbatimSearch,
    )
    status = _choice(
        _("Status"),
        Status.choices,
        blank=_("Any status"),
        sentence=_("There is no status “%(value)s”, so access keys of any status are shown."),
    )
    ordering = _choice(
        _("Sort"),
        Ordering.choices,
        sentence=_("There is no order “%(value)s”, so the newest come first."),
    )
    page_size = forms.TypedChoiceField(
        label=_("Per page"),
        required=False,
        coerce=int,
        choices=[(size, size) for size in PAGE_SIZES],
        error_messages={"invalid_choice": _("A page holds 25, 50 or 100 access keys, so this one holds 25.")},
    )
    narrowing = ("search", "status", *FACTS)

    @property
    def order(self) -> Ordering:
        """The order asked for; else the newest first."""
        return Ordering(self.chosen("ordering") or Ordering.NEWEST)

    @property
    def rows_per_page(self) -> int:
        """How many rows to a page."""
        size: int = self.chosen("page_size") or PAGE_SIZES[0]
        return size

    @property
    def paginator(self) -> type[CappedPaginator]:
        """Less far where rows are left out: those that are not may be far between."""
        return NarrowedPaginator if self.is_narrowed else CappedPaginator

    @property
    def finds_beginnings_only(self) -> bool:
        """Whether the text searched for is too short to be found anywhere in a name."""
        return is_short(self.chosen("search") or "")

    @property
    def applied(self) -> list[Applied]:
        """The filters in use, in the order of their fields on the page."""
        return [self._applied(name) for name in self.narrowing if self.chosen(name)]

    @property
    def applied_facts(self) -> list[Applied]:
        """Those of them whose fields may be folded away."""
        return [each for each in self.applied if each.name in FACTS]

    def finding_nothing(self, access_keys: AccessKeyQuerySet) -> list[Applied]:
        """The filters in use that leave none of these, whatever the others leave."""
        if len(self.applied) == 1:
            return self.applied
        return [each for each in self.applied if not self._narrowed(access_keys, each.name).exists()]

    def choose(self, access_keys: AccessKeyQuerySet) -> AccessKeyQuerySet:
        """The access keys asked for, in the order asked for."""
        for each in self.applied:
            access_keys = self._narrowed(access_keys, each.name)
        return in_order(access_keys, self.order)

    def _narrowed(self, access_keys: AccessKeyQuerySet, name: str) -> AccessKeyQuerySet:
        value = self.chosen(name)
        match name:
            case "search":
                return access_keys.search(value)
            case "status":
                return with_status(access_keys, Status(value))
            case "label":
                return with_label(access_keys, value)
            case "scope":
                return access_keys.with_scope(value)
            case _:
                return access_keys.owned_by(value)

    def _applied(self, name: str) -> Applied:
        text = str(Status(self.chosen(name)).label if name == "status" else self.chosen(name))
        label = _("Text") if name == "search" else self[name].label
        kept = [each for each in (*self.narrowing, "ordering") if each != name and self.chosen(each)]
        address = "?" + urlencode({each: self.chosen(each) for each in kept})
        return Applied(name, label, text, address, str(NOTHING[name]) % {"text": text})


def _moment(label: Any) -> forms.DateTimeField:
    return forms.DateTimeField(
        label=label,
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("That is not a date and time, so the log is not limited by it.")},
    )


# What an event may be about, and how the actions of those begin.
SUBJECTS = {"access_keys": "access_key.", "operators": "operator."}


class AuditLogFilter(QueryForm):
    """Which events the audit log shows."""

    about = _choice(
        _("About"),
        [("access_keys", _("Access keys")), ("operators", _("Operators"))],
        blank=_("Everything"),
        sentence=_("The audit log is not about “%(value)s”, so everything is shown."),
    )
    action = _choice(
        _("Action"),
        Action.choices,
        blank=_("Any action"),
        sentence=_("There is no action “%(value)s”, so every action is shown."),
    )
    actor = forms.CharField(label=_("Actor"), required=False, max_length=150, widget=VerbatimInput)
    access_key = forms.CharField(
        label=_("Access key name or ID"), required=False, max_length=100, widget=VerbatimInput
    )
    since = _moment(_("From (UTC)"))
    until = _moment(_("To (UTC)"))
    narrowing = ("about", "action", "actor", "access_key", "since", "until")

    def choose(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events asked for, newest first."""
        if about := self.chosen("about"):
            events = events.filter(action__startswith=SUBJECTS[about])
        if action := self.chosen("action"):
            events = events.filter(action=action)
        if actor := self.chosen("actor"):
            events = events.filter(actor_label__icontains=actor)
        if access_key := self.chosen("access_key"):
            events = events.filter(_about(access_key))
        if since := self.chosen("since"):
            events = events.filter(at__gte=since)
        if until := self.chosen("until"):
            events = events.filter(at__lte=until)
        return events.order_by("-at", "-id")


def _about(name_or_id: str) -> Q:
    try:
        return Q(access_key_id=uuid.UUID(name_or_id))
    except ValueError:
        return Q(access_key_name__icontains=name_or_id)
