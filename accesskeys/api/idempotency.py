"""``Idempotency-Key``: a request that may be sent again until its answer has been heard (an IETF draft)."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from typing import Final
from uuid import UUID

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from accesskeys.api.actors import calling_access_key
from accesskeys.operations import Marked

HEADER: Final = "Idempotency-Key"
REPLAYED: Final = "Idempotent-Replayed"
MAX_LENGTH: Final = 255

# A string of RFC 8941 in quotes, as the draft has it; and the bare form that most programs send, which means the same.
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')
_BARE = re.compile(r"[A-Za-z0-9._~:+/=-]+")

PARAMETERS: Final = [
    OpenApiParameter(
        HEADER,
        str,
        OpenApiParameter.HEADER,
        description=format_lazy(
            _(
                "A string of your own, in quotes, of at most {length} characters. Sent again within 24 hours with the "
                "same body, the request answers with the same access key and key, and does nothing a second time."
            ),
            length=MAX_LENGTH,
        ),
    ),
    OpenApiParameter(
        REPLAYED,
        bool,
        OpenApiParameter.HEADER,
        response=[200, 201],
        description=_("true: an earlier request has been answered with this key."),
    ),
]


def marked(request: Request, about: UUID | None = None) -> Marked | None:
    """The mark and the body of the request, as digests; None: it has no mark. 400 where it cannot be read.

    To ask the same about another access key is another request.
    """
    header = request.META.get("HTTP_IDEMPOTENCY_KEY")
    if header is None:
        return None
    asked = request.data if about is None else [str(about), request.data]
    body = json.dumps(asked, sort_keys=True, separators=(",", ":"))
    return Marked(calling_access_key(request).pk, _digest(_mark(header)), _digest(body))


def _mark(header: str) -> str:
    text = header.strip(" \t")
    quoted = _QUOTED.fullmatch(text)
    mark = re.sub(r"\\(.)", r"\1", quoted[1]) if quoted else text
    if not 0 < len(mark) <= MAX_LENGTH or not (quoted or _BARE.fullmatch(text)):
        sentence = f'Send one string in quotes, such as "8e03978e", of at most {MAX_LENGTH} characters.'
        raise ValidationError({HEADER: ErrorDetail(sentence, "invalid")})
    return mark


def _digest(text: str) -> bytes:
    return sha256(text.encode()).digest()
