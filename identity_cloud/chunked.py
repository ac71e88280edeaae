"""Bodies that come in chunks, of a length that nobody announced (RFC 9112, section 7.1)."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.conf import settings
from gunicorn.http.errors import ParseException

BROKEN = "identity_cloud.body_is_broken"


def measure(environ: dict[str, Any]) -> None:
    """Read a chunked body as far as it may go, so that it has a length: without one, Django takes it for none at all.

    One byte more than may come is enough to refuse it, like any other that is too large.
    """
    if "HTTP_TRANSFER_ENCODING" not in environ or "CONTENT_LENGTH" in environ:
        return
    try:
        body = environ["wsgi.input"].read(settings.DATA_UPLOAD_MAX_MEMORY_SIZE + 1)
    except (OSError, ParseException):  # Cut short, or no chunks at all.
        body, environ[BROKEN] = b"", True
    environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
