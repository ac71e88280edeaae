"""Where attempts to sign in are counted, if not in a Redis."""

from __future__ import annotations

import struct
import time
from typing import IO, Any

from django.core.cache.backends.filebased import FileBasedCache

_WRITTEN = struct.Struct(
    ">d"
)  # Unix seconds. Files of Django's own begin with a pickle, which reads as below zero.


class FileCache(FileBasedCache):
    """Django's, except that nothing in it comes from the future.

    An entry is dated by the clock of its time. Written while the clock was ahead, it would outlive its time by as
    much, and close the sign-in for so long: it is dropped.
    """

    def _write_content(self, file: IO[bytes], timeout: Any, value: Any) -> None:
        file.write(_WRITTEN.pack(time.time()))
        super()._write_content(file, timeout, value)  # type: ignore[misc]

    def _is_expired(self, f: IO[bytes]) -> bool:
        head = f.read(_WRITTEN.size)
        if len(head) == _WRITTEN.size and 0 < _WRITTEN.unpack(head)[0] <= time.time():
            return bool(super()._is_expired(f))  # type: ignore[misc]
        self._delete(f.name)  # type: ignore[attr-defined]
        return True
