"""What pages know of who is signed in."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from identity_cloud.operators import lifetime


def session(request: HttpRequest) -> dict[str, Any]:
    """``session_left``: seconds until the session ends, for pages of signed-in operators alone."""
    return {"session_left": SimpleLazyObject(lambda: lifetime.seconds_left(request))}
