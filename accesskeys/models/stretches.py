"""The first rows of a list that is narrowed by what the index of its order does not hold (decision 0050).

Whether a row has a label is read from the row itself, or from an index that knows no order. Where one row in a hundred
has it, a walk of the order looks up a hundred rows for each that it finds, and the other index finds ten thousand of
which a page shows fifty. In a stretch of the order both indexes tell together which rows are to be looked up.
"""

from __future__ import annotations

from typing import Any, Final

from django.db.models import F
from django.db.models.functions import Greatest

from accesskeys.models.access_key import AccessKeyQuerySet

STRETCH: Final = 23_000  # rows: a page is in it of what one row in four hundred has

Place = tuple[Any, Any]


def first_places(chosen: AccessKeyQuerySet, every: AccessKeyQuerySet, order: str, number: int) -> list[Place]:
    """The first of the chosen in the order of one column, at most so many: their values of it, and their IDs.

    ``every`` holds the chosen and all that stand between them.
    """
    column, then = order.removeprefix("-"), "-id" if order.startswith("-") else "id"
    walk = chosen.order_by(order, then).values_list(column, "pk")
    if not chosen.is_looked_up:
        return list(walk[:number])
    # The column alone has an index that is much smaller than that of the order.
    end = every.order_by(order).values_list(column, flat=True)[STRETCH : STRETCH + 1].first()
    if end is None:
        return list(walk[:number])
    not_beyond = "gte" if order.startswith("-") else "lte"
    found = list(walk.filter(**{f"{column}__{not_beyond}": end})[:number])
    if len(found) == number:
        return found
    # Few have it, or those that do are far away. In words that no index begins with, or PostgreSQL, which takes them
    # for evenly spread, would walk to there.
    place = Greatest(F(column), F(column))
    return list(walk.order_by(place.desc() if order.startswith("-") else place.asc(), then)[:number])
