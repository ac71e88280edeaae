"""What the query string may choose: which rows of a list, in which order, how many to a page."""

from __future__ import annotations

import uuid
from abc import abstractmethod
from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlencode

from django import forms
from django.contrib.auth import get_user_model
from django.core.paginator import Page
from django.db.models import QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accesskeys.console.fact_filters import FACTS, NOTHING, Applied, FactFields, with_label
from accesskeys.console.verbatim import VerbatimInput, VerbatimSearch
from accesskeys.models import AccessKeyQuerySet, Action, AuditEvent, is_short
from accesskeys.models.event_search import EventSearch, SearchPaginator, Subject
from accesskeys.models.lists import Ordering, Status, in_order, with_status
from accesskeys.models.pages import CappedPaginator, NarrowedPaginator

PAGE_SIZES: Final = (25, 50, 100)
NOBODY: Final = -1  # is the ID of no operator.


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
        paginator = self.paginated(rows, size)
        wanted = self.chosen("page") or 1
        if wanted > paginator.num_pages:
            self.add_error("page", _("There is no such page any more, so this is the last one."))
        return paginator.get_page(wanted)

    def paginated(self, rows: Any, size: int) -> CappedPaginator:
        """All pages of those of the rows that are asked for, as far as pages reach."""
        return CappedPaginator(self.choose(rows), rows, size)

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

    def paginated(self, rows: Any, size: int) -> CappedPaginator:
        """Less far where rows are left out: those that are not may be far between."""
        paginator = NarrowedPaginator if self.is_narrowed else CappedPaginator
        return paginator(self.choose(rows), rows, size)

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


class AuditLogFilter(QueryForm):
    """Which events the audit log shows."""

    about = _choice(
        pgettext_lazy("audit log", "About"),
        Subject.choices,
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
    operator = forms.CharField(
        label=_("Operator, acting or affected"), required=False, max_length=150, widget=VerbatimInput
    )
    access_key = forms.CharField(
        label=_("Access key name or ID"), required=False, max_length=100, widget=VerbatimInput
    )
    since = _moment(_("From (UTC)"))
    until = _moment(_("To (UTC)"))
    narrowing = ("about", "action", "actor", "operator", "access_key", "since", "until")

    @property
    def notices(self) -> list[str]:
        """And one for a name that no operator has: nothing is found then, or a file would hold too much."""
        said = super().notices
        if self._operator_id == NOBODY:
            said.append(_("There is no operator “%(name)s”.") % {"name": self.chosen("operator")})
        return said

    @cached_property
    def _operator_id(self) -> int | None:
        """Which operator is meant: who is called exactly so, or else the only one who is in another case."""
        name = self.chosen("operator")
        if name is None:
            return None
        alike = dict(get_user_model().objects.filter(username__iexact=name).values_list("username", "pk"))
        return alike.get(name) or (next(iter(alike.values())) if len(alike) == 1 else NOBODY)

    @property
    def search(self) -> EventSearch:
        """What is asked for."""
        name_or_id, about = self.chosen("access_key"), self.chosen("about")
        return EventSearch(
            about=Subject(about) if about else None,
            action=self.chosen("action"),
            actor=self.chosen("actor"),
            access_key_id=_id_in(name_or_id),
            access_key_name=None if _id_in(name_or_id) else name_or_id,
            operator_id=self._operator_id,
            since=self.chosen("since"),
            until=self.chosen("until"),
        )

    def choose(self, events: QuerySet[AuditEvent]) -> QuerySet[AuditEvent]:
        """The events asked for, newest first."""
        return self.search.among(events)

    def paginated(self, events: QuerySet[AuditEvent], size: int) -> CappedPaginator:
        """A time is one stretch of the log. Anything else is searched for."""
        if self.search.is_for_more_than_a_time:
            return SearchPaginator(self.search, events, size)
        return super().paginated(events, size)

    def earlier(self, page: Page[Any]) -> str:
        """Until when nothing has been searched for this page, to the minute; empty where all has been."""
        since = page.paginator.found.since if isinstance(page.paginator, SearchPaginator) else None
        if since is None:
            return ""
        minute, until = since.replace(second=0, microsecond=0) + timedelta(minutes=1), self.chosen("until")
        return "" if until and until <= minute else f"{minute:%Y-%m-%dT%H:%M}"


def _id_in(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except (TypeError, ValueError):
        return None
