"""The list of operators."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from accesskeys.console.views.base import ConsolePage
from accesskeys.operations.policy import Operation
from identity_cloud.operators.console.filter import OperatorFilter
from identity_cloud.operators.standing import described

OPERATORS_PER_PAGE = 50


class OperatorListPage(ConsolePage):
    """All operators, to search and sort."""

    operation = Operation.LIST_OPERATORS
    section = "operators"
    template_name = "operators/list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = OperatorFilter(request.GET)
        return self.page(filter=chosen, page=chosen.page_of(described(), OPERATORS_PER_PAGE))
