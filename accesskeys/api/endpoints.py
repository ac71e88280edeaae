"""What the addresses of the API have in common: who may ask, and what a request may bring."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, ClassVar, NoReturn

from django.views.decorators.common import no_append_slash
from rest_framework.exceptions import NotAuthenticated
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accesskeys.api.authentication import AccessKeyAuthentication
from accesskeys.api.parameters import require_known
from accesskeys.api.permissions import IsConsumer, MayPerform
from accesskeys.api.strictness import NothingSerializer, StrictSerializer
from accesskeys.core.exceptions import InvalidKey
from accesskeys.http import hints
from accesskeys.models import AccessKey
from accesskeys.operations.policy import Operation
from accesskeys.verification import metrics


class Endpoint(APIView):
    """Any address, whoever asks. ``parameters`` are those of the query that reading takes.

    ``bodies`` names the serializer of each method that takes a body; None: the view reads it by itself.
    """

    allow: ClassVar[str]  # The methods, put together once: DRF would look for them at each request.
    parameters: ClassVar[Collection[str]] = ()
    bodies: ClassVar[Mapping[str, type[StrictSerializer] | None]] = MappingProxyType({})

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Without its last slash an address is 404: a redirect would bring a POST back without its body."""
        cls.allow = ", ".join(cls().allowed_methods)
        return no_append_slash(super().as_view(**initkwargs))

    @property
    def default_response_headers(self) -> dict[str, str]:
        """Nothing here is ever cached (RFC 9111, section 5.2.2.5)."""
        return {"Allow": self.allow, "Cache-Control": "no-store"}

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse what nobody would read: who sent it wanted another answer than the one without it."""
        super().initial(request, *args, **kwargs)
        method = request.method or ""
        if method.lower() not in self.http_method_names or not hasattr(self, method.lower()):
            return  # 405 says enough.
        if request._request.META.get("QUERY_STRING"):
            require_known(request.query_params, self.parameters if method in {"GET", "HEAD"} else ())
        if method not in self.bodies and (request._request.META.get("CONTENT_LENGTH") or "0") != "0":
            self.body()

    def body(self) -> dict[str, Any]:
        """The body, in the shape of the method's serializer. Where none is taken, an empty object is none."""
        serializer = self.bodies.get(self.request.method or "") or NothingSerializer
        sent = serializer(data=self.request.data, context={"access_key_id": self.kwargs.get("pk")})
        sent.is_valid(raise_exception=True)
        return dict(sent.validated_data)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """Tell the program where its own key stands, whatever it asked about."""
        response = super().finalize_response(request, response, *args, **kwargs)
        access_key = vars(request).get("_auth")  # ``auth`` would ask for the key now, if nobody has so far.
        if isinstance(access_key, AccessKey):
            for name, value in hints(access_key).items():
                response.headers[name] = value
        return response


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

    def operation_of(self, request: Request) -> Operation | None:
        """What is asked for; None: nothing that there is a method for."""
        return self.operations.get(request.method or "")
