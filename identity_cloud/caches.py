"""Where attempts to sign in are counted, if not in a Redis."""

from __future__ import annotations

import time
from typing import Any, NamedTuple

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

LOOK_SECONDS = 10.0


class Dated(NamedTuple):
    """A value, and when it was written, in Unix seconds."""

    written: float
    value: Any


class FileCache(FileBasedCache):
    """Django's, except that nothing in it comes from the future.

    An entry ends by the clock of its time. Written while the clock was ahead, it would outlive its time by as much,
    and close the sign-in for so long: it counts as nothing.

    Nor is the folder listed whenever something is written. Full, that takes 10 ms, and an attempt to sign in writes ten
    times.
    """

    _listed = -LOOK_SECONDS  # By this thread, in seconds of the monotonic clock.

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        super().set(key, Dated(time.time(), value), timeout, version)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        entry = super().get(key, None, version)
        is_past = isinstance(entry, Dated) and entry.written <= time.time()
        return entry.value if is_past else default

    def has_key(self, key: Any, version: int | None = None) -> bool:
        nothing = object()
        return self.get(key, nothing, version) is not nothing

    def _cull(self) -> None:
        if time.monotonic() - self._listed >= LOOK_SECONDS:
            super()._cull()  # type: ignore[misc]
            self._listed = time.monotonic()
