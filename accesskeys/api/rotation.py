"""The endpoints of a rotation: it is made, looked at, cancelled, and completed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accesskeys import operations
from accesskeys.api.actors import actor_of
from accesskeys.api.endpoints import OperationView
from accesskeys.api.rotation_serializers import RotatedSerializer, RotateSerializer, RotationSerializer
from accesskeys.api.serializers import AccessKeySerializer
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
        summary=_("Give an access key a next key, or show the one that is pending"),
        responses=RotatedSerializer,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        return _answer(operations.rotate(access_key_id=pk, actor=actor_of(request), **self.body()))

    @extend_schema(
        operation_id="cancel_rotation",
        summary=_("Drop a next key that was never used"),
        responses={200: AccessKeySerializer},
    )
    def delete(self, request: Request, pk: UUID) -> Response:
        access_key = operations.cancel_rotation(access_key_id=pk, actor=actor_of(request))
        return Response(AccessKeySerializer(access_key).data)


class RotationCompletionView(OperationView):
    operations = {"POST": Operation.COMPLETE_ROTATION}
    serializer_class = AccessKeySerializer

    @extend_schema(
        operation_id="complete_rotation", summary=_("End the old key now"), responses=AccessKeySerializer
    )
    def post(self, request: Request, pk: UUID) -> Response:
        access_key = operations.complete_rotation(access_key_id=pk, actor=actor_of(request))
        return Response(AccessKeySerializer(access_key).data)


class OwnRotationView(OperationView):
    """A program that gives itself another key, with a scope that is good for nothing else."""

    operations = {"POST": Operation.ROTATE_SELF}
    bodies = {"POST": RotateSerializer}
    serializer_class = RotatedSerializer  # type: ignore[assignment]

    @extend_schema(
        operation_id="rotate_current_access_key",
        summary=_("Give the calling access key a next key, or show the one that is pending"),
        responses=RotatedSerializer,
    )
    def post(self, request: Request) -> Response:
        return _answer(operations.rotate_self(actor=actor_of(request), **self.body()))


def _answer(rotated: Rotated) -> Response:
    described: dict[str, Any] = RotationSerializer(rotated.rotation).data
    return Response({**described, "key": rotated.key})
