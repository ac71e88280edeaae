"""A cache in files, for one machine."""

from __future__ import annotations

import pickle
import time
from typing import Any, BinaryIO, NamedTuple

from django.core.cache.backends.base import DEFAULT_TIMEOUT
from django.core.cache.backends.filebased import FileBasedCache

from identity_cloud.caches.moments import History, Moment

LOOK_SECONDS = 10.0


class Lifetime(NamedTuple):
    """When an entry was written, and for how many seconds."""

    written: Moment
    seconds: float | None

    @property
    def is_over(self) -> bool:
        """Also where it was written in what is the future now: it would close the sign-in for too long."""
        return not 0 <= self.written.age < (float("inf") if self.seconds is None else self.seconds)


class FileCache(FileBasedCache):
    """Django's, except that no entry lives longer or shorter than it should, whatever somebody does to the clock.

    Nor is the folder listed whenever something is written. Full, that takes 10 ms, and an attempt to sign in writes ten
    times.
    """

    _listed = -LOOK_SECONDS  # By this thread, in seconds of the monotonic clock.

    def get_backend_timeout(self, timeout: Any = DEFAULT_TIMEOUT) -> Any:
        return Lifetime(Moment.now(), self.default_timeout if timeout == DEFAULT_TIMEOUT else timeout)

    def _is_expired(self, file: BinaryIO) -> bool:
        try:
            lifetime = pickle.load(file)  # noqa: S301  Nobody else writes there.
        except EOFError:
            lifetime = None
        if isinstance(lifetime, Lifetime) and not lifetime.is_over:
            return False
        self._delete(file.name)  # type: ignore[attr-defined]  # Django's.
        return True

    def set(self, key: Any, value: Any, timeout: Any = DEFAULT_TIMEOUT, version: int | None = None) -> None:
        super().set(key, History.of(value), timeout, version)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        return History.told(super().get(key, default, version))

    def files(self) -> list[str]:
        """All that is kept, over or not."""
        found: list[str] = self._list_cache_files()  # type: ignore[attr-defined]  # Django's.
        return found

    def _cull(self) -> None:
        if time.monotonic() - self._listed >= LOOK_SECONDS:
            super()._cull()  # type: ignore[misc]
            self._listed = time.monotonic()
