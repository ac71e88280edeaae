"""Pages by cursor, which stay right while rows come and go."""

from __future__ import annotations

from typing import Any, NamedTuple
from uuid import UUID

from django.core import signing
from django.db.models import Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import IntegerField
from rest_framework.utils.urls import replace_query_param

from accesskeys.models.pages import rows_by_id
from accesskeys.models.stretches import first_places

PAGE_SIZE = 50
PAGE_SIZE_LIMIT = 100


class Cursor(NamedTuple):
    """A place beside a row: the row's column and id, and the direction in which the page lies from there."""

    backwards: bool
    value: str
    id: str


class KeysetPagination(BasePagination):
    """Pages of rows that are ordered by one column and then by id, both in the same direction.

    DRF's own cursor knows the column alone and loses its way among equals. A cursor is signed for its order, because
    what is in it goes into the query as it is.
    """

    parameters = ("cursor", "page_size")

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        self._url = request.build_absolute_uri()
        self._order = str(queryset.query.order_by[0])
        size, cursor = _size(request), self._cursor(request)
        is_backwards = cursor is not None and cursor.backwards
        every = view.get_queryset()
        chosen, all_there = (
            rows if cursor is None else rows.filter(self._beyond(cursor)) for rows in (queryset, every)
        )
        found = first_places(
            chosen, all_there, _turned(self._order) if is_backwards else self._order, size + 1
        )
        page, has_more = found[:size], len(found) > size
        if is_backwards:
            page.reverse()
        has_next = is_backwards or has_more
        has_previous = has_more if is_backwards else cursor is not None
        self._next = self._link(*page[-1], backwards=False) if page and has_next else None
        self._previous = self._link(*page[0], backwards=True) if page and has_previous else None
        return rows_by_id(every, [pk for _value, pk in page])

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self._next, "previous": self._previous, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": PAGE_SIZE_LIMIT, "default": PAGE_SIZE}
        return [
            _parameter("cursor", {"type": "string"}, _("A place in the list, as next and previous hold it.")),
            _parameter("page_size", size, _("How many access keys to a page.")),
        ]

    def _cursor(self, request: Request) -> Cursor | None:
        encoded = request.query_params.get("cursor")
        if encoded is None:
            return None
        try:
            return Cursor(*signing.loads(encoded, salt=self._salt))
        except signing.BadSignature:
            sentence = "This list has not given out this cursor in this order."
            raise ValidationError({"cursor": sentence}) from None

    def _beyond(self, cursor: Cursor) -> Q:
        """The rows on the far side of the cursor, said so that an index on column and id is used."""
        column, descends = self._order.removeprefix("-"), self._order.startswith("-")
        far = "lt" if descends != cursor.backwards else "gt"
        among_equals = Q(**{f"{column}__{far}": cursor.value}) | Q(**{f"id__{far}": UUID(cursor.id)})
        return Q(**{f"{column}__{far}e": cursor.value}) & among_equals

    def _link(self, value: object, pk: UUID, *, backwards: bool) -> str:
        encoded = signing.dumps(Cursor(backwards, str(value), str(pk)), salt=self._salt)
        return replace_query_param(self._url, "cursor", encoded)

    @property
    def _salt(self) -> str:
        return f"accesskeys.cursor.{self._order}"


def _turned(order: str) -> str:
    return order[1:] if order.startswith("-") else f"-{order}"


def _size(request: Request) -> int:
    wanted = request.query_params.get("page_size", PAGE_SIZE)
    try:
        size: int = IntegerField(min_value=1, max_value=PAGE_SIZE_LIMIT).run_validation(wanted)
    except ValidationError as refusal:
        raise ValidationError({"page_size": refusal.detail}) from None
    return size


def _parameter(name: str, schema: dict[str, Any], description: str | Promise) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "schema": schema, "description": description}
