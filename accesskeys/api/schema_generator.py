"""The OpenAPI document, one at a time."""

from __future__ import annotations

import threading
from typing import Any

from drf_spectacular.generators import SchemaGenerator

_threads = threading.Lock()


class OneAtATime(SchemaGenerator):
    """drf-spectacular's, which loads its extensions at first use, and fails where two threads come first together."""

    def get_schema(self, *args: Any, **kwargs: Any) -> Any:
        with _threads:
            return super().get_schema(*args, **kwargs)  # type: ignore[no-untyped-call]
