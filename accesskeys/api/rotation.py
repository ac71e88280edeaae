"""The endpoints of a rotation: it is made, looked at, cancelled, and completed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accesskeys import operations
from accesskeys.api import idempotency
from accesskeys.api.actors import actor_of
from accesskeys.api.endpoints import OperationView
from accesskeys.api.preconditions import CHANGING, IF_MATCH, description, expected
from accesskeys.api.rotation_serializers import (
    OwnRotateSerializer,
    RotatedSerializer,
    RotateSerializer,
    RotationSerializer,
)
from accesskeys.api.serializers import AccessKeySerializer, ErrorsSerializer
from accesskeys.operations import Rotated
from accesskeys.operations.policy import Operation


class RotationView(OperationView):
    """There is one while a next key waits for programs to take it, or the old one is still accepted."""

    operations = {
        "GET": Operation.DETAILS,
        "HEAD": Operation.DETAILS,
        "POST": Operation.ROTATE,
        "DELETE": Operation.CANCEL_ROTATION,
    }
    bodies = {"POST": RotateSerializer}
    serializer_class = RotationSerializer  # type: ignore[assignment]  # Of another model than the list.

    @extend_schema(operation_id="describe_rotation", summary=_("Describe the rotation of an access key"))
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(RotationSerializer(operations.find_rotation(pk)).data)

    @extend_schema(
        operation_id="rotate_access_key",
        parameters=[IF_MATCH, *idempotency.PARAMETERS],
        summary=_("Give an access key a next key, or show the one that is pending"),
        responses={200: RotatedSerializer, 409: ErrorsSerializer},
    )
    def post(self, request: Request, pk: UUID) -> Response:
        times = self.body()
        return _answer(
            operations.rotate(
                access_key_id=pk,
                actor=actor_of(request),
                expected=expected(request),
                request=idempotency.marked(request, about=pk),
                **times,
            )
        )

    @extend_schema(
        operation_id="cancel_rotation",
        parameters=CHANGING,
        summary=_("Drop a next key that was never used"),
        responses={200: AccessKeySerializer},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        access_key = operations.cancel_rotation(
            access_key_id=pk, actor=actor_of(request), expected=expected(request)
        )
        return description(access_key)


class RotationCompletionView(OperationView):
    operations = {"POST": Operation.COMPLETE_ROTATION}
    serializer_class = AccessKeySerializer

    @extend_schema(
        operation_id="complete_rotation",
        parameters=CHANGING,
        summary=_("End the old key now"),
        responses=AccessKeySerializer,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        access_key = operations.complete_rotation(
            access_key_id=pk, actor=actor_of(request), expected=expected(request)
        )
        return description(access_key)


class OwnRotationView(OperationView):
    """A program that gives itself another key, with a scope that is good for nothing else."""

    operations = {"POST": Operation.ROTATE_SELF}
    bodies = {"POST": OwnRotateSerializer}
    serializer_class = RotatedSerializer  # type: ignore[assignment]

    @extend_schema(
        operation_id="rotate_current_access_key",
        parameters=[IF_MATCH],
        summary=_("Give the calling access key a next key, or show the one that is pending"),
        responses=RotatedSerializer,
    )
    def post(self, request: Request) -> Response:
        times = self.body()
        return _answer(operations.rotate_self(actor=actor_of(request), expected=expected(request), **times))


def _answer(rotated: Rotated) -> Response:
    described: dict[str, Any] = RotationSerializer(rotated.rotation).data
    headers = {idempotency.REPLAYED: "true"} if rotated.is_repeat else {}
    return Response({**described, "key": rotated.key}, headers=headers)
