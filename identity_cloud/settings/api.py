"""The settings of the REST API's libraries."""

from __future__ import annotations

from typing import Any

REST_FRAMEWORK: dict[str, Any] = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accesskeys.api.authentication.AccessKeyAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_PARSER_CLASSES": ["accesskeys.api.parsers.StrictJSONParser"],
    "DEFAULT_CONTENT_NEGOTIATION_CLASS": "accesskeys.api.negotiation.QuickContentNegotiation",
    "DEFAULT_RENDERER_CLASSES": ["accesskeys.api.renderers.CompactJSONRenderer"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "accesskeys.api.schema.OperationSchema",
    "DEFAULT_METADATA_CLASS": None,  # OPTIONS is answered by 405, like every method that is not there.
    "EXCEPTION_HANDLER": "drf_standardized_errors.handler.exception_handler",
    "URL_FORMAT_OVERRIDE": None,
    "UNAUTHENTICATED_USER": None,
}

DRF_STANDARDIZED_ERRORS: dict[str, Any] = {
    "EXCEPTION_HANDLER_CLASS": "accesskeys.api.errors.ApiExceptionHandler",
}

SPECTACULAR_SETTINGS: dict[str, Any] = {
    "DEFAULT_GENERATOR_CLASS": "accesskeys.api.schema_generator.OneAtATime",
    "TITLE": "Identity Cloud API",
    "DESCRIPTION": "Generate, list, rename, show and revoke access keys. "
    "Send `Authorization: Bearer <key>` with every request.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.0",
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "accesskeys.api.documentation.complete",
    ],
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "PATH_CONVERTER_OVERRIDES": {"access_key_id": {"type": "string", "format": "uuid"}},
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # A rename takes a name: nothing is optional in it.
    "DISABLE_ERRORS_AND_WARNINGS": False,
}
