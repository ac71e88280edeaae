"""The audit log: who did what, newest first."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from accesskeys.console.filters import AuditLogFilter
from accesskeys.console.repeats import folded
from accesskeys.console.views.base import ConsolePage
from accesskeys.core import conf
from accesskeys.models import AuditEvent
from accesskeys.models.event_search import READ_AT_MOST
from accesskeys.operations.policy import Operation

EVENTS_PER_PAGE = 50


class AuditLogPage(ConsolePage):
    """Every operation and every refused one, to filter and to open."""

    operation = Operation.READ_AUDIT_LOG
    section = "audit_log"
    template_name = "console/audit_log/list.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        chosen = AuditLogFilter(request.GET)
        page = chosen.page_of(AuditEvent.objects.all(), EVENTS_PER_PAGE)
        return self.page(
            filter=chosen,
            page=page,
            reach=READ_AT_MOST,
            earlier=chosen.earlier(page),
            repeated=folded(page),
            days=conf.audit_log_days(),
        )
