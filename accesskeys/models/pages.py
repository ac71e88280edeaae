"""Pages of lists that may be very long."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

ROWS_WITHIN_REACH = 10_000
NARROWED_ROWS_WITHIN_REACH = 1_000

Row = TypeVar("Row", bound=Model)


def rows_by_id(every: QuerySet[Row], ids: Sequence[Any]) -> list[Row]:
    """The rows with these ids, in this order, without those that are gone.

    Which rows are on a page is asked for first: that much a database reads from an index alone. The filter is not
    asked again, so a row that has left it meanwhile is still there, in the place that it had.
    """
    rows = every.in_bulk(ids)
    return [rows[each] for each in ids if each in rows]


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of the first 10,000 rows, counted no further than that.

    Counting a million rows, or skipping them, takes the database longer than all the rest of the page. Whoever looks
    for something further down narrows the list, or turns its order around.
    """

    object_list: QuerySet[Any, Any]
    reach = ROWS_WITHIN_REACH

    def __init__(self, chosen: QuerySet[Any], every: QuerySet[Any], per_page: int) -> None:
        """Pages of the chosen ones; their rows are taken from among every one."""
        super().__init__(chosen.values_list("pk", flat=True), per_page)
        self._every = every

    def page(self, number: int | str) -> Page[Any]:
        number = self.validate_number(number)
        above = (number - 1) * self.per_page
        below = min(above + self.per_page, self.count)
        return Page(rows_by_id(self._every, self._ids(above, below)), number, self)

    @cached_property
    def is_capped(self) -> bool:
        """Whether there are more rows than the pages reach."""
        return self._counted > self.reach

    @cached_property
    def count(self) -> int:
        """How many rows the pages reach."""
        return min(self._counted, self.reach)

    @cached_property
    def _counted(self) -> int:
        # The order would be kept inside the limit, and have the database sort what is only counted.
        return self.object_list.order_by()[: self.reach + 1].count()

    def _ids(self, above: int, below: int) -> list[Any]:
        return list(self.object_list[above:below])


class NarrowedPaginator(CappedPaginator):
    """Pages of the first 1,000 rows of a list that is narrowed.

    What matches may lie far apart in the order, or be found by reading every name: the database is asked once, for the
    ids of all that the pages reach.
    """

    reach = NARROWED_ROWS_WITHIN_REACH

    @cached_property
    def _counted(self) -> int:
        return len(self._within_reach)

    def _ids(self, above: int, below: int) -> list[Any]:
        return self._within_reach[above:below]

    @cached_property
    def _within_reach(self) -> list[Any]:
        return list(self.object_list[: self.reach + 1])
