"""``/metrics/``: what Prometheus scrapes, with an access key that may."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accesskeys.api import exposition, gauges
from accesskeys.api.endpoints import OperationView
from accesskeys.operations.policy import Operation

gauges.register()


@extend_schema(exclude=True)
class MetricsView(OperationView):
    """Text, or OpenMetrics for whoever prefers that, whatever else ``Accept`` says; refusals are the API's."""

    operations = {"GET": Operation.READ_METRICS, "HEAD": Operation.READ_METRICS}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request) -> HttpResponse:
        kinds = [exposition.TEXT, exposition.OPENMETRICS]
        kind = request._request.get_preferred_type([each.removesuffix("; charset=utf-8") for each in kinds])
        media_type = exposition.OPENMETRICS if kind and kind.startswith("application/") else exposition.TEXT
        return HttpResponse(exposition.text(media_type), content_type=media_type)
