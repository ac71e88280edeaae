"""The application for gunicorn: ``gunicorn -c server/gunicorn.conf.py identity_cloud.wsgi``."""

from __future__ import annotations

import os
from typing import Any

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created
from django.http.response import HttpResponseBase

from identity_cloud import chunked
from identity_cloud.standbys import wait_for_no_standby

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "identity_cloud.settings")


class Request(WSGIRequest):
    """A request as this installation understands it."""

    def get_host(self) -> str:
        """Ours, with the port that ``PUBLIC_URL`` names, which a proxy may have dropped from ``Host``.

        Links, redirects and the origin of forms go by it. On this machine alone, it is what the browser says.
        """
        named = super().get_host()  # Raises DisallowedHost.
        return named if settings.IS_LOCAL else settings.PUBLIC_HOST

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        """Take a malformed Content-Type for none at all. Django raises outside its error handling, which is a 500."""
        try:
            super()._set_content_type_params(meta)  # type: ignore[misc]
        except ValueError:
            self.content_type, self.content_params = "", {}


class Handler(WSGIHandler):
    request_class = Request

    def __call__(self, environ: dict[str, Any], start_response: Any) -> HttpResponseBase:
        chunked.measure(environ)
        return super().__call__(environ, start_response)


def wait_for_no_lock(connection: BaseDatabaseWrapper, **_signal: Any) -> None:
    """Whoever is served waits for a lock as long as for a decision; commands and migrations may wait longer.

    So a statement that nobody waits for any more does not stay behind in PostgreSQL until the lock is given up.
    """
    if connection.vendor == "postgresql":
        milliseconds = int(settings.ACCESS_KEYS_DECISION_TIMEOUT * 1000)
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [str(milliseconds)])


connection_created.connect(wait_for_no_lock)
connection_created.connect(wait_for_no_standby)  # The gate has no app of ours that would.

django.setup(set_prefix=False)

from identity_cloud import tracing  # noqa: E402  It needs the models.

tracing.start()

application = Handler()
