from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class AccessKeyCursorPagination(CursorPagination):
    """Pages that stay right while rows come and go, in the order that the filter has put on the rows."""

    page_size = 50
    page_size_query_param = "page_size"
    max_page_size = 100

    def get_ordering(self, request: Request, queryset: QuerySet[Any], view: Any) -> tuple[str, ...]:
        return tuple(map(str, queryset.query.order_by))
