"""The endpoints. Each one: serializer, operation, answer. The policy has let the caller in before."""

from __future__ import annotations

from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accesskeys import operations
from accesskeys.api import idempotency
from accesskeys.api.actors import actor_of, calling_access_key
from accesskeys.api.endpoints import ConsumerView, OperationView
from accesskeys.api.filters import AccessKeyFilterSet
from accesskeys.api.pagination import KeysetPagination
from accesskeys.api.serializers import (
    AccessKeySerializer,
    ErrorsSerializer,
    GeneratedAccessKeySerializer,
    GenerateSerializer,
    KeySerializer,
    LimitsSerializer,
    RenameSerializer,
    StatusSerializer,
)
from accesskeys.models import AccessKey
from accesskeys.operations.policy import Operation


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
    bodies = {"POST": GenerateSerializer}
    parameters = (*AccessKeyFilterSet.base_filters, *KeysetPagination.parameters)
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
        parameters=idempotency.PARAMETERS,
        responses={201: GeneratedAccessKeySerializer, 409: ErrorsSerializer},
    )
    def post(self, request: Request) -> Response:
        wish, actor, marked = self.body(), actor_of(request), idempotency.marked(request)
        if marked is None:
            (access_key, key), is_repeat = operations.generate(**wish, actor=actor), False
        else:
            access_key, key, is_repeat = operations.generate_once(**wish, actor=actor, request=marked)
        return Response(
            {**AccessKeySerializer(access_key).data, "key": key},
            status=status.HTTP_201_CREATED,
            headers={
                "Location": reverse("api:access_key_details", args=[access_key.pk]),
                **({idempotency.REPLAYED: "true"} if is_repeat else {}),
            },
        )


class AccessKeyDetailsView(OperationView):
    operations = {
        "GET": Operation.DETAILS,
        "HEAD": Operation.DETAILS,
        "PATCH": Operation.RENAME,
        "DELETE": Operation.REVOKE,
    }
    bodies = {"PATCH": RenameSerializer}
    serializer_class = AccessKeySerializer

    @extend_schema(operation_id="describe_access_key", summary=_("Describe an access key"))
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(AccessKeySerializer(operations.find(str(pk))).data)

    @extend_schema(operation_id="rename_access_key", summary=_("Rename an access key"))
    def patch(self, request: Request, pk: UUID) -> Response:
        access_key = operations.rename(access_key_id=pk, actor=actor_of(request), **self.body())
        return Response(AccessKeySerializer(access_key).data)

    @extend_schema(operation_id="revoke_access_key", summary=_("Revoke an access key"), responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        operations.revoke(access_key_id=pk, actor=actor_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccessKeyLimitsView(OperationView):
    operations = {"PUT": Operation.LIMIT}
    bodies = {"PUT": LimitsSerializer}
    serializer_class = AccessKeySerializer

    @extend_schema(operation_id="limit_access_key", summary=_("Limit where and how often a key is used"))
    def put(self, request: Request, pk: UUID) -> Response:
        access_key = operations.limit(access_key_id=pk, actor=actor_of(request), **self.body())
        return Response(AccessKeySerializer(access_key).data)


class AccessKeySuspensionView(OperationView):
    """A key is refused while its suspension exists."""

    operations = {"PUT": Operation.SUSPEND, "DELETE": Operation.RESUME}
    serializer_class = AccessKeySerializer

    @extend_schema(operation_id="suspend_access_key", summary=_("Suspend an access key"))
    def put(self, request: Request, pk: UUID) -> Response:
        access_key = operations.suspend(access_key_id=pk, actor=actor_of(request))
        return Response(AccessKeySerializer(access_key).data)

    @extend_schema(
        operation_id="resume_access_key",
        summary=_("Resume a suspended access key"),
        responses={200: AccessKeySerializer},
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
        responses=KeySerializer,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        return Response({"key": operations.reveal(access_key_id=pk, actor=actor_of(request))})
