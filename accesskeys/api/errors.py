"""What the core refuses, as HTTP. One shape for all: type, and errors with code, attr and detail."""

from __future__ import annotations

from typing import cast

from django.core.exceptions import SuspiciousOperation
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db import Error, connection
from django.http import UnreadablePostError
from django.utils.log import log_response
from drf_standardized_errors.handler import ExceptionHandler
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import as_serializer_error

from accesskeys.api.exceptions import (
    Conflicting,
    Outdated,
    ScopeMissing,
    ServiceUnavailable,
    TooManyRequests,
)
from accesskeys.api.permissions import log_missing_scope
from accesskeys.core.database_errors import is_of_pooler, is_passing, reason
from accesskeys.core.exceptions import (
    Conflict,
    CountersUnavailable,
    Forbidden,
    InsufficientScope,
    IntegrityFailure,
    NotFound,
    PreconditionFailed,
)
from accesskeys.http import rate_limit


class ApiExceptionHandler(ExceptionHandler):
    """Translates what operations and database raise; DRF's own exceptions pass as they are."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        match exc:
            case NotFound():
                return exceptions.NotFound(str(exc), exc.code)
            case Conflict():
                return Conflicting(str(exc), exc.code)
            case InsufficientScope():
                log_missing_scope(cast(Request, self.context["request"]), exc.scope)
                return ScopeMissing(exc.scope)
            case Forbidden():
                return exceptions.PermissionDenied(str(exc), exc.code)
            case PreconditionFailed():
                return Outdated()
            case IntegrityFailure():
                damaged = ServiceUnavailable(str(exc), exc.code)
                damaged.wait = None  # Waiting does not mend it.
                return damaged
            case DjangoValidationError():
                return exceptions.ValidationError(as_serializer_error(exc))
            case UnreadablePostError():  # Cut short; mostly, nobody is left to hear it.
                return exceptions.ParseError("The body ends before its announced length.")
            case SuspiciousOperation():  # Such as a thousand fields in the query string.
                return exceptions.ParseError("The request could not be understood.")
            case CountersUnavailable():
                return ServiceUnavailable()
            case _ if is_passing(exc):
                if is_of_pooler(exc):
                    connection.close()
                return ServiceUnavailable()
            case _:
                return super().convert_known_exceptions(exc)

    def get_headers(self, exc: exceptions.APIException) -> dict[str, str]:
        headers: dict[str, str] = super().get_headers(exc)
        return headers | rate_limit(exc.window) if isinstance(exc, TooManyRequests) else headers

    def report_exception(self, exc: exceptions.APIException, response: Response) -> None:
        failure = self.exc.__cause__ if isinstance(self.exc, ServiceUnavailable) else self.exc
        if isinstance(failure, CountersUnavailable):  # It is in the log already, in one line.
            return
        if isinstance(failure, Error) and is_passing(failure):
            request = cast(Request, self.context["request"])._request
            why = f"the database cannot be used: {reason(failure)}"
            log_response("%s: %s", why, request.path, response=response, request=request)
            return
        super().report_exception(exc, response)
