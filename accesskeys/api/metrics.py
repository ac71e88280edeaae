"""``/metrics/``: what Prometheus scrapes, with an access key that may."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from accesskeys.api.endpoints import OperationView
from accesskeys.operations.policy import Operation
from accesskeys.verification import metrics


@extend_schema(exclude=True)
class MetricsView(OperationView):
    """Always text, whatever ``Accept`` prefers; refusals are the API's."""

    operations = {"GET": Operation.READ_METRICS, "HEAD": Operation.READ_METRICS}

    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        return super().perform_content_negotiation(request, force=True)

    def get(self, request: Request) -> HttpResponse:
        return HttpResponse(metrics.text(), content_type=metrics.CONTENT_TYPE)
