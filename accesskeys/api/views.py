"""The endpoints. Each one: serializer, operation, answer. The policy has let the caller in before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, NoReturn
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.common import no_append_slash
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import NotAuthenticated
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accesskeys import operations
from accesskeys.api.actors import actor_of, calling_access_key
from accesskeys.api.authentication import AccessKeyAuthentication
from accesskeys.api.filters import AccessKeyFilterSet
from accesskeys.api.pagination import KeysetPagination
from accesskeys.api.permissions import IsConsumer, MayPerform
from accesskeys.api.serializers import (
    AccessKeySerializer,
    GeneratedAccessKeySerializer,
    GenerateSerializer,
    KeySerializer,
    LimitsSerializer,
    RenameSerializer,
    StatusSerializer,
    StrictSerializer,
)
from accesskeys.core.exceptions import InvalidKey
from accesskeys.models import AccessKey
from accesskeys.operations.policy import Operation
from accesskeys.verification import metrics


class Endpoint(APIView):
    """What every address of the API has in common, whoever asks."""

    allow: ClassVar[str]  # The methods, put together once: DRF would look for them at each request.

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Without its last slash an address is 404: a redirect would bring a POST back without its body."""
        cls.allow = ", ".join(cls().allowed_methods)
        return no_append_slash(super().as_view(**initkwargs))

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Nothing here is ever cached (RFC 9111, section 5.2.2.5)."""
        return {"Allow": self.allow, "Cache-Control": "no-store"}


class ConsumerView(Endpoint, GenericAPIView[AccessKey]):
    """An endpoint for any usable key."""

    authentication_classes = [AccessKeyAuthentication]
    permission_classes = [IsConsumer]
    http_method_names = ["get", "head", "post", "put", "patch", "delete"]
    queryset = AccessKey.objects.none()

    def perform_authentication(self, request: Request) -> None:
        """Left to the permission, which asks for the key: one decision, counted once."""

    def check_permissions(self, request: Request) -> None:
        with metrics.counting("api"):
            super().check_permissions(request)

    def permission_denied(
        self, request: Request, message: str | None = None, code: str | None = None
    ) -> NoReturn:
        """Keys that lack a scope are refused by name, so that nobody comes here but who presents no key."""
        raise NotAuthenticated("Present an access key: Authorization: Bearer <key>.") from InvalidKey(
            "absent"
        )


class OperationView(ConsumerView):
    """An endpoint for keys that may do the operation of the request's method."""

    permission_classes = [MayPerform]
    operations: ClassVar[Mapping[str, Operation]]

    def checked(self, serializer: type[StrictSerializer]) -> dict[str, Any]:
        """The body, in the serializer's shape."""
        sent = serializer(data=self.request.data)
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)


class PingView(ConsumerView):
    serializer_class = StatusSerializer

    @extend_schema(operation_id="ping", summary=_("Is my key usable?"), responses=StatusSerializer)
    def get(self, request: Request) -> Response:
        return Response({"status": "ok"})


class CurrentAccessKeyView(ConsumerView):
    serializer_class = AccessKeySerializer

    @extend_schema(
        operation_id="describe_current_access_key",
        summary=_("Describe the calling access key"),
        responses=AccessKeySerializer,
    )
    def get(self, request: Request) -> Response:
        return Response(AccessKeySerializer(calling_access_key(request)).data)


class AccessKeyListView(OperationView):
    operations = {"GET": Operation.LIST, "HEAD": Operation.LIST, "POST": Operation.GENERATE}
    serializer_class = AccessKeySerializer
    queryset = AccessKey.objects.described()
    filterset_class = AccessKeyFilterSet
    pagination_class = KeysetPagination

    @extend_schema(
        operation_id="list_access_keys",
        summary=_("List access keys"),
        responses=AccessKeySerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        page = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(AccessKeySerializer(page, many=True).data)

    @extend_schema(
        operation_id="generate_access_key",
        summary=_("Generate an access key"),
        request=GenerateSerializer,
        responses={201: GeneratedAccessKeySerializer},
    )
    def post(self, request: Request) -> Response:
        access_key, key = operations.generate(**self.checked(GenerateSerializer), actor=actor_of(request))
        return Response(
            {**AccessKeySerializer(access_key).data, "key": key},
            status=status.HTTP_201_CREATED,
            headers={"Location": reverse("api:access_key_details", args=[access_key.pk])},
        )


class AccessKeyDetailsView(OperationView):
    operations = {
        "GET": Operation.DETAILS,
        "HEAD": Operation.DETAILS,
        "PATCH": Operation.RENAME,
        "DELETE": Operation.REVOKE,
    }
    serializer_class = AccessKeySerializer

    @extend_schema(operation_id="describe_access_key", summary=_("Describe an access key"))
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(AccessKeySerializer(operations.find(str(pk))).data)

    @extend_schema(
        operation_id="rename_access_key", summary=_("Rename an access key"), request=RenameSerializer
    )
    def patch(self, request: Request, pk: UUID) -> Response:
        name = self.checked(RenameSerializer)["name"]
        access_key = operations.rename(access_key_id=pk, name=name, actor=actor_of(request))
        return Response(AccessKeySerializer(access_key).data)

    @extend_schema(operation_id="revoke_access_key", summary=_("Revoke an access key"), responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        operations.revoke(access_key_id=pk, actor=actor_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccessKeyLimitsView(OperationView):
    operations = {"PUT": Operation.LIMIT}
    serializer_class = AccessKeySerializer

    @extend_schema(
        operation_id="limit_access_key",
        summary=_("Limit where and how often a key is used"),
        request=LimitsSerializer,
    )
    def put(self, request: Request, pk: UUID) -> Response:
        limits = self.checked(LimitsSerializer)
        access_key = operations.limit(access_key_id=pk, actor=actor_of(request), **limits)
        return Response(AccessKeySerializer(access_key).data)


class AccessKeySuspensionView(OperationView):
    """A key is refused while its suspension exists."""

    operations = {"PUT": Operation.SUSPEND, "DELETE": Operation.RESUME}
    serializer_class = AccessKeySerializer

    @extend_schema(operation_id="suspend_access_key", summary=_("Suspend an access key"), request=None)
    def put(self, request: Request, pk: UUID) -> Response:
        access_key = operations.suspend(access_key_id=pk, actor=actor_of(request))
        return Response(AccessKeySerializer(access_key).data)

    @extend_schema(
        operation_id="resume_access_key",
        summary=_("Resume a suspended access key"),
        responses=AccessKeySerializer,
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        access_key = operations.resume(access_key_id=pk, actor=actor_of(request))
        return Response(AccessKeySerializer(access_key).data)


class AccessKeyRevealView(OperationView):
    operations = {"POST": Operation.REVEAL}
    serializer_class = KeySerializer

    @extend_schema(
        operation_id="reveal_access_key",
        summary=_("Show the key of an access key"),
        request=None,
        responses=KeySerializer,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        return Response({"key": operations.reveal(access_key_id=pk, actor=actor_of(request))})
