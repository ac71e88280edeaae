"""The files that pages ask for."""

from __future__ import annotations

from collections.abc import Iterator

from django.core.exceptions import ImproperlyConfigured

from identity_cloud.health.findings import Finding, failed
from identity_cloud.readiness import check_static_files


def static_files() -> Iterator[Finding]:
    """Whether they were collected."""
    try:
        check_static_files()
    except ImproperlyConfigured as error:
        yield failed("static_files", error)
    else:
        yield Finding("static_files")
