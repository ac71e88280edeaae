"""The OpenAPI document."""

from __future__ import annotations

from django.utils import translation
from drf_spectacular.renderers import OpenApiJsonRenderer2
from drf_spectacular.views import SpectacularAPIView
from rest_framework.authentication import SessionAuthentication
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from accesskeys.api.authentication import AccessKeyAuthentication
from accesskeys.api.endpoints import Endpoint


class SchemaView(Endpoint, SpectacularAPIView):
    """OpenAPI 3.1, for programs with any usable key and for signed-in operators. English for all of them."""

    authentication_classes = [AccessKeyAuthentication, SessionAuthentication]
    permission_classes = [IsAuthenticated]
    # JSON for those who ask for nothing in particular: it is also the form of the errors.
    renderer_classes = [OpenApiJsonRenderer2, *SpectacularAPIView.renderer_classes]

    def _get_schema_response(self, request: Request) -> Response:
        with translation.override("en"):
            response: Response = super()._get_schema_response(request)  # type: ignore[no-untyped-call]
        return response
