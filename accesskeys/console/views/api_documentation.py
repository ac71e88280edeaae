"""The OpenAPI document as a page to read."""

from __future__ import annotations

from typing import Any

from drf_spectacular.settings import spectacular_settings

from accesskeys.console import api_reference
from accesskeys.console.views.base import ConsolePage


class ApiDocumentationPage(ConsolePage):
    """The OpenAPI document laid out as a page of the console, for every signed-in operator. No script is needed."""

    template_name = "console/api_documentation/page.html"
    section = "api"

    def admit(self) -> None:
        """Whoever is signed in may read about the API."""

    def get_context_data(self, **context: Any) -> dict[str, Any]:
        document = spectacular_settings.DEFAULT_GENERATOR_CLASS().get_schema(request=None, public=True)
        base_address = self.request.build_absolute_uri("/").rstrip("/")
        return super().get_context_data(
            chapters=api_reference.chapters(document, base_address),
            refusals=document["x-refusals"],
            standing=document["components"]["headers"],
            refusal=api_reference.refusal(document),
            **context,
        )
