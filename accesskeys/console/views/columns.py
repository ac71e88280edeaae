"""The column heads of the access key list, by which it is sorted."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accesskeys.models.lists import Ordering


@dataclass(frozen=True)
class Column:
    """A head that sorts the list: how the list is sorted by it now, and the order that a click asks for."""

    field: str
    label: str | Promise
    sorted: str
    next: Ordering


# What a first click on a head is for: names from A, times from the latest, expiries from the soonest.
_FIRST = (
    (_("Name"), Ordering.NAME),
    (_("Created"), Ordering.NEWEST),
    (_("Last used"), Ordering.LAST_USED),
    (_("Expires"), Ordering.EXPIRY),
)


def columns(current: Ordering) -> dict[str, Column]:
    """The heads by field name, for a list in the current order."""
    return {column.field: column for column in (_column(label, first, current) for label, first in _FIRST)}


def _column(label: str | Promise, first: Ordering, current: Ordering) -> Column:
    field = first.removeprefix("-")
    if current.removeprefix("-") != field:
        return Column(field, label, sorted="", next=first)
    if current.startswith("-"):
        return Column(field, label, sorted="descending", next=Ordering(field))
    return Column(field, label, sorted="ascending", next=Ordering(f"-{field}"))
