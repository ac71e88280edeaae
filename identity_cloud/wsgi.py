"""The application for gunicorn: ``gunicorn -c server/gunicorn.conf.py identity_cloud.wsgi``."""

from __future__ import annotations

import os
from typing import Any

import django
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "identity_cloud.settings")


class Request(WSGIRequest):
    """Takes a malformed Content-Type for none at all. Django raises outside its error handling, which is a 500."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    request_class = Request


django.setup(set_prefix=False)

application = Handler()
