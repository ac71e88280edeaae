"""Pages of lists that may be very long."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Model, QuerySet
from django.utils.functional import cached_property

ROWS_WITHIN_REACH = 10_000


class CappedPaginator(Paginator):  # type: ignore[type-arg]
    """Pages of the first 10,000 rows, counted no further than that.

    Counting a million rows, or skipping them, takes the database longer than all the rest of the page. Whoever looks
    for something further down narrows the list, or turns its order around.
    """

    object_list: QuerySet[Model]

    def page(self, number: int | str) -> Page[Any]:
        """The rows of a page. Which they are is asked first: that much the database reads from an index alone."""
        number = self.validate_number(number)
        above = (number - 1) * self.per_page
        wanted = self.object_list.values_list("pk", flat=True)[above : min(above + self.per_page, self.count)]
        return Page(self.object_list.filter(pk__in=list(wanted)), number, self)

    @cached_property
    def is_capped(self) -> bool:
        """Whether there are more rows than the pages reach."""
        return self._counted > ROWS_WITHIN_REACH

    @cached_property
    def count(self) -> int:
        """How many rows the pages reach."""
        return min(self._counted, ROWS_WITHIN_REACH)

    @cached_property
    def _counted(self) -> int:
        # The order would be kept inside the limit, and have the database sort what is only counted.
        return self.object_list.order_by()[: ROWS_WITHIN_REACH + 1].count()
