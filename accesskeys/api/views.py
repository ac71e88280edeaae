"""The endpoints. Each one: serializer, operation, answer. The policy has let the caller in before."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from uuid import UUID

from django.core.exceptions import SuspiciousOperation
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from accesskeys import operations
from accesskeys.api import idempotency
from accesskeys.api.actors import actor_of, calling_access_key
from accesskeys.api.endpoints import ConsumerView, OperationView
from accesskeys.api.exceptions import KeyRefused
from accesskeys.api.filters import AccessKeyFilterSet
from accesskeys.api.pagination import KeysetPagination
from accesskeys.api.preconditions import (
    CHANGING,
    ETAG,
    IF_MATCH,
    READING,
    description,
    description_unless_known,
    etag_of,
    expected,
)
from accesskeys.api.serializers import (
    AccessKeySerializer,
    ChangeSerializer,
    ErrorsSerializer,
    GeneratedAccessKeySerializer,
    GenerateSerializer,
    KeySerializer,
    LimitsSerializer,
    StatusSerializer,
)
from accesskeys.models import AccessKey
from accesskeys.operations import policy
from accesskeys.operations.change import kinds_of
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
        parameters=READING,
        summary=_("Describe the calling access key"),
        responses=AccessKeySerializer,
    )
    def get(self, request: Request) -> Response:
        # A decision reads less of it than is told here.
        access_key = AccessKey.objects.described().filter(pk=calling_access_key(request).pk).first()
        if access_key is None:  # Revoked in between.
            raise KeyRefused
        return description_unless_known(access_key, request)


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
        parameters=[ETAG, *idempotency.PARAMETERS],
        summary=_("Generate an access key"),
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
                "ETag": etag_of(access_key),
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
    bodies = {"PATCH": ChangeSerializer}
    serializer_class = AccessKeySerializer

    def operation_of(self, request: Request) -> Operation | None:
        """Of a PATCH that is refused, whatever it holds, the log tells which change it asks for first."""
        operation = super().operation_of(request)
        if operation is not Operation.RENAME or policy.may(actor_of(request), operation):
            return operation
        with suppress(APIException, OSError, SuspiciousOperation):
            if isinstance(request.data, Mapping):
                return next(iter(kinds_of(request.data)))
        return operation

    @extend_schema(
        operation_id="describe_access_key", parameters=READING, summary=_("Describe an access key")
    )
    def get(self, request: Request, pk: UUID) -> Response:
        return description_unless_known(operations.find(str(pk)), request)

    @extend_schema(operation_id="change_access_key", parameters=CHANGING, summary=_("Change an access key"))
    def patch(self, request: Request, pk: UUID) -> Response:
        changed = operations.change(
            access_key_id=pk, wished=self.body(), actor=actor_of(request), expected=expected(request)
        )
        return description(changed.access_key)

    @extend_schema(
        operation_id="revoke_access_key",
        parameters=[IF_MATCH],
        summary=_("Revoke an access key"),
        responses={204: None},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        operations.revoke(access_key_id=pk, actor=actor_of(request), expected=expected(request))
        return Response(status=status.HTTP_204_NO_CONTENT)


class AccessKeyLimitsView(OperationView):
    operations = {"PUT": Operation.LIMIT}
    bodies = {"PUT": LimitsSerializer}
    serializer_class = AccessKeySerializer

    @extend_schema(
        operation_id="limit_access_key",
        parameters=CHANGING,
        summary=_("Limit where and how often a key is used"),
    )
    def put(self, request: Request, pk: UUID) -> Response:
        access_key = operations.limit(
            access_key_id=pk, actor=actor_of(request), expected=expected(request), **self.body()
        )
        return description(access_key)


class AccessKeySuspensionView(OperationView):
    """A key is refused while its suspension exists."""

    operations = {"PUT": Operation.SUSPEND, "DELETE": Operation.RESUME}
    serializer_class = AccessKeySerializer

    @extend_schema(operation_id="suspend_access_key", parameters=CHANGING, summary=_("Suspend an access key"))
    def put(self, request: Request, pk: UUID) -> Response:
        access_key = operations.suspend(access_key_id=pk, actor=actor_of(request), expected=expected(request))
        return description(access_key)

    @extend_schema(
        operation_id="resume_access_key",
        parameters=CHANGING,
        summary=_("Resume a suspended access key"),
        responses={200: AccessKeySerializer},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        access_key = operations.resume(access_key_id=pk, actor=actor_of(request), expected=expected(request))
        return description(access_key)


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
