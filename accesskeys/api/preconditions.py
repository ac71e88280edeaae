"""``ETag``, ``If-Match`` and ``If-None-Match`` (RFC 9110, section 13): which version of an access key is meant."""

from __future__ import annotations

import re

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from accesskeys.api.serializers import AccessKeySerializer
from accesskeys.models import AccessKey
from accesskeys.operations import version_of

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_TAGS = re.compile(rf"(?:{_TAG.pattern}[ \t]*(?:,[ \t,]*|$))+")

IF_MATCH = OpenApiParameter(
    "If-Match",
    location=OpenApiParameter.HEADER,
    description=_("Do it only if the access key is still as this ETag says, otherwise answer 412."),
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    location=OpenApiParameter.HEADER,
    description=_("Answer 304, without a body, while the access key is as this ETag says."),
)
ETAG = OpenApiParameter(
    "ETag",
    location=OpenApiParameter.HEADER,
    response=["200", "201", "304"],
    description=_(
        "The version that is described. It changes with every field but last_used_at, and with no rotation."
    ),
)

READING = [IF_NONE_MATCH, ETAG]
CHANGING = [IF_MATCH, ETAG]


def etag_of(access_key: AccessKey) -> str:
    """What stands in the header."""
    return f'"{version_of(access_key)}"'


def description(access_key: AccessKey) -> Response:
    """The answer that describes this access key, with its version."""
    return Response(AccessKeySerializer(access_key).data, headers={"ETag": etag_of(access_key)})


def description_unless_known(access_key: AccessKey, request: Request) -> Response:
    """The same for somebody who may have it already: 304 if nothing has changed since."""
    if is_known(version_of(access_key), request):
        return Response(status=status.HTTP_304_NOT_MODIFIED, headers={"ETag": etag_of(access_key)})
    return description(access_key)


def is_known(version: str, request: Request) -> bool:
    """Whether the caller says that it has this version already."""
    text = request.headers.get("If-None-Match")
    return text is not None and (text.strip() == "*" or version in _tags("If-None-Match", text))


def expected(request: Request) -> frozenset[str] | None:
    """The versions that the caller would have changed; None: any."""
    text = request.headers.get("If-Match")
    if text is None or text.strip() == "*":
        return None
    return frozenset(tag for tag, weak in _tags("If-Match", text).items() if not weak)


def _tags(header: str, text: str) -> dict[str, bool]:
    """The tags, and whether each is a weak one, which never is a match where something is to be changed."""
    if _TAGS.fullmatch(text.lstrip(" \t,")) is None:
        raise ParseError(f"{header} holds one ETag in its quotation marks, several parted by commas, or *.")
    return {tag: bool(weak) for weak, tag in _TAG.findall(text)}
