"""What the core refuses, as HTTP. One shape for all: type, and errors with code, attr and detail."""

from __future__ import annotations

from django.core.exceptions import SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import InterfaceError, OperationalError
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions, status
from rest_framework.serializers import as_serializer_error

from accesskeys import bearer
from accesskeys.exceptions import InsufficientScope, IntegrityFailure, NotFound

RETRY_AFTER_SECONDS = 10


class ServiceUnavailable(exceptions.APIException):
    """503. ``wait``, in seconds, becomes ``Retry-After``."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The service is not available at the moment. Try again in a few seconds."
    default_code = "unavailable"
    wait: int | None = None


class ApiExceptionHandler(ExceptionHandler):
    """Translates what services and database raise; DRF's own exceptions pass as they are."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        match exc:
            case NotFound():
                return exceptions.NotFound(str(exc), exc.code)
            case InsufficientScope():
                return scope_is_missing(exc.scope)
            case IntegrityFailure():
                return ServiceUnavailable(str(exc), exc.code)
            case DjangoValidationError():
                return exceptions.ValidationError(as_serializer_error(exc))
            case SuspiciousOperation():  # Such as a thousand fields in the query string.
                return exceptions.ParseError("The request could not be understood.")
            case OperationalError() | InterfaceError():
                unavailable = ServiceUnavailable()
                unavailable.wait = RETRY_AFTER_SECONDS
                return unavailable
            case _:
                return super().convert_known_exceptions(exc)


def scope_is_missing(scope: str) -> exceptions.PermissionDenied:
    """403 with the scope in ``WWW-Authenticate`` (RFC 6750, section 3.1); DRF's own handler sends it as well."""
    refusal = InsufficientScope(scope)
    denied = exceptions.PermissionDenied(str(refusal), refusal.code)
    denied.auth_header = bearer.challenge(refusal.code, scope=scope)  # type: ignore[attr-defined]
    return denied
