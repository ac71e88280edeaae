"""The OpenAPI document, for everybody."""

from __future__ import annotations

from functools import cache
from hashlib import sha256
from typing import NamedTuple

from django.http import HttpResponse
from django.utils import translation
from drf_spectacular.renderers import (
    OpenApiJsonRenderer,
    OpenApiJsonRenderer2,
    OpenApiYamlRenderer,
    OpenApiYamlRenderer2,
)
from drf_spectacular.settings import spectacular_settings
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request

from accesskeys.api.endpoints import Endpoint
from accesskeys.api.preconditions import is_known

# JSON for those who ask for nothing in particular: it is also the form of the errors.
RENDERERS = (OpenApiJsonRenderer2, OpenApiYamlRenderer, OpenApiYamlRenderer2, OpenApiJsonRenderer)
FRESH_SECONDS = 300  # How long an upgrade may go unnoticed in somebody's cache.


class Written(NamedTuple):
    """The document in one format, and the version that it is."""

    text: bytes
    version: str


@cache
def written(media_type: str) -> Written:
    """English for everybody, and made once for each format: it depends on nothing but the code."""
    with translation.override("en"):
        document = spectacular_settings.DEFAULT_GENERATOR_CLASS().get_schema(request=None, public=True)
        [renderer] = [each() for each in RENDERERS if each.media_type == media_type]
        text = bytes(renderer.render(document, renderer_context={}))
    return Written(text, sha256(text).hexdigest()[:32])


@extend_schema(exclude=True)
class SchemaView(Endpoint):
    """OpenAPI 3.1, as JSON or YAML. No key is asked for, and none that comes along is looked at."""

    authentication_classes = []
    permission_classes = []
    renderer_classes = RENDERERS

    def get(self, request: Request) -> HttpResponse:
        media_type = request.accepted_renderer.media_type
        text, version = written(media_type)
        has_it = is_known(version, request)
        self.headers |= {
            "Cache-Control": f"public, max-age={FRESH_SECONDS}",
            "ETag": f'"{version}"',
            "Vary": "Accept",
        }
        as_written = f"{media_type}; charset=utf-8"
        if has_it:  # With its type: caches take the headers of a 304 for those of what they keep.
            return HttpResponse(status=status.HTTP_304_NOT_MODIFIED, content_type=as_written)
        return HttpResponse(text, content_type=as_written)
