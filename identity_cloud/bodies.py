"""What may come as the body of a request, decided before anybody reads it."""

from __future__ import annotations

from http import HTTPStatus

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from accesskeys.console.views.errors import problem
from identity_cloud import chunked


def refusal(request: HttpRequest) -> HttpResponse | None:
    """The answer to a body that is broken (400), too large (413) or compressed (415); None where there is none."""
    if chunked.BROKEN in request.META:
        sentence = _("The request could not be understood.")
        return problem(request, HTTPStatus.BAD_REQUEST, "bad_request", sentence)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length) == 0:
        return None
    if int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        sentence = _("The request is larger than this server accepts.")
        return problem(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "request_too_large", sentence)
    if request.META.get("HTTP_CONTENT_ENCODING", "").strip().lower() not in {"", "identity"}:
        sentence = _("The request is compressed. Send it as it is.")
        response = problem(request, HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "unsupported_media_type", sentence)
        response["Accept-Encoding"] = "identity"  # RFC 9110, section 15.5.16
        return response
    return None
