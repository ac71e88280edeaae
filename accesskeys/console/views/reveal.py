"""The answer that shows a key."""

from __future__ import annotations

from http import HTTPStatus
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from accesskeys import operations
from accesskeys.console.views.base import PostedPage
from accesskeys.console.views.details import AccessKeyDetailsPage
from accesskeys.console.views.errors import problem
from accesskeys.core.exceptions import (
    AccessKeyError,
    Forbidden,
    IntegrityFailure,
    NotFound,
    TooManyReveals,
)
from accesskeys.core.rotation_exceptions import NotRotating
from accesskeys.http import htmx, prefers_json
from accesskeys.operations.policy import Operation

SHOWN_SECONDS = 30


class AccessKeyRevealPage(PostedPage, AccessKeyDetailsPage):
    """The one kind of answer that holds a key: JSON for a script, a fragment for htmx, else the page."""

    @property
    def operation(self) -> Operation:  # type: ignore[override]
        """Showing it, or copying it unseen."""
        return Operation.COPY if "to_copy" in self.request.POST else Operation.REVEAL

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        to_copy = self.operation == Operation.COPY
        try:
            key = operations.reveal(
                access_key_id=pk,
                actor=self.actor,
                to_copy=to_copy,
                of_next_key=self.is_of_next_key,
                reason=self.reason,
            )
        except IntegrityFailure as failure:
            return self.tell_why_not(failure, HTTPStatus.SERVICE_UNAVAILABLE)
        except NotRotating as refusal:
            return self.tell_why_not(refusal, HTTPStatus.CONFLICT)
        except TooManyReveals as refusal:
            response = self.tell_why_not(refusal, HTTPStatus.TOO_MANY_REQUESTS)
            response["Retry-After"] = str(refusal.retry_after)
            return response
        if prefers_json(request):
            return JsonResponse({"key": key})
        if htmx(request):
            return render(request, "console/access_keys/_shown_key.html", {"key": key})
        response = self.page(key=key, **self.place)
        # Without JavaScript nothing else would hide the key again.
        response["Refresh"] = f"{SHOWN_SECONDS}; url={self.details_url}"
        return response

    def refuse(self, refusal: Forbidden | NotFound) -> HttpResponse:
        if htmx(self.request):
            missing = isinstance(refusal, NotFound)
            return self.tell_in_place(refusal, HTTPStatus.NOT_FOUND if missing else HTTPStatus.FORBIDDEN)
        return super().refuse(refusal)

    @property
    def is_of_next_key(self) -> bool:
        """Whether it is the button beside the next key."""
        return "next_key" in self.request.POST

    @property
    def place(self) -> dict[str, bool]:
        """Which of two keys the answer is about, for the page."""
        return {"shown_old": not self.is_of_next_key, "shown_next": self.is_of_next_key}

    def tell_why_not(self, failure: AccessKeyError, status: HTTPStatus) -> HttpResponse:
        """The reason, in the place where the key would have been."""
        if prefers_json(self.request):
            return problem(self.request, status, failure.code, str(failure))
        if htmx(self.request):
            return self.tell_in_place(failure, status)
        return self.page(status=status, problem=str(failure), **self.place)

    def tell_in_place(self, refusal: AccessKeyError, status: HTTPStatus) -> HttpResponse:
        """A fragment for htmx."""
        context = {"problem": str(refusal)}
        return render(self.request, "console/access_keys/_shown_key.html", context, status=status)
