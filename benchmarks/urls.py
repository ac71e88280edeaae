from __future__ import annotations

from django.urls import include, path
from drf_simple_apikey.backends import APIKeyAuthentication
from knox.auth import TokenAuthentication as KnoxAuthentication
from rest_framework.authentication import BaseAuthentication, TokenAuthentication
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.permissions import BasePermission, IsAuthenticated
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework_api_key.permissions import HasAPIKey


class Stock(APIView):
    """What an API view costs before anybody asks who is calling. The peers differ from it in authentication alone.

    It answers JSON, as DRF does where nobody changes how: the product's own ways are a part of what is compared.
    """

    renderer_classes = [JSONRenderer]
    content_negotiation_class = DefaultContentNegotiation
    authentication_classes: list[type[BaseAuthentication]] = []
    permission_classes: list[type[BasePermission]] = []

    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class AuthToken(Stock):
    authentication_classes = [TokenAuthentication]
    permission_classes = [IsAuthenticated]


class Knox(Stock):
    authentication_classes = [KnoxAuthentication]
    permission_classes = [IsAuthenticated]


class ApiKey(Stock):
    permission_classes = [HasAPIKey]


class SimpleApiKey(Stock):
    authentication_classes = [APIKeyAuthentication]
    permission_classes = [IsAuthenticated]


urlpatterns = [
    path(
        "bench/",
        include(
            [
                path("stock/", Stock.as_view()),
                path("authtoken/", AuthToken.as_view()),
                path("knox/", Knox.as_view()),
                path("api-key/", ApiKey.as_view()),
                path("simple-apikey/", SimpleApiKey.as_view()),
            ]
        ),
    ),
    path("", include("identity_cloud.urls")),
]
