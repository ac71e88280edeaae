"""What has to be right before gunicorn is imported: it reads ``WEB_CONCURRENCY`` by itself, wrong or not."""

from __future__ import annotations

import os
import sys

from django.core.exceptions import ImproperlyConfigured


def require_settings() -> None:
    """End the process with a sentence where a setting is wrong, and leave gunicorn a number where one is right."""
    try:
        from identity_cloud.settings import WEB_CONCURRENCY
    except ImproperlyConfigured as error:
        sys.exit(f"Not started: {error}")
    os.environ["WEB_CONCURRENCY"] = str(WEB_CONCURRENCY)  # Empty is not set, except to gunicorn.
    os.environ.pop("WEB_CONCURRENCY_FILE", None)
