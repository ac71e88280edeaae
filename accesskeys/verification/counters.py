"""Counters that all processes share, for rate limits: in the cache of ``CACHE_URL``, or in a mapped file.

The file serves all processes of one machine and survives none of its restarts' windows; it holds hashes and numbers.
A cache in the memory of each process would let a key through once per process; a table would cost a write a request.
"""

from __future__ import annotations

import fcntl
import mmap
import os
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Protocol

from django.core.cache import caches

from accesskeys.core import conf

SLOTS = 1 << 16
PROBES = 8

_SLOT = struct.Struct("<8sII")  # hash of the name, end of the window (Unix seconds), count


class Counters(Protocol):
    """Counts per name and window."""

    def increment(self, name: str, *, until: int) -> int:
        """Count one more under this name and return how many there are in the window that ends at ``until``."""

    def count(self, name: str, *, until: int) -> int:
        """How many there are so far."""


class CacheCounters:
    """Counters in a Django cache whose ``incr`` is atomic, such as Redis: right across machines."""

    def __init__(self, alias: str) -> None:
        self._cache = caches[alias]

    def increment(self, name: str, *, until: int) -> int:
        key = self._key(name, until)
        lifetime = max(1, until - int(time.time())) + 1
        self._cache.add(key, 0, lifetime)
        try:
            return int(self._cache.incr(key))
        except ValueError:  # Evicted between the two calls.
            self._cache.set(key, 1, lifetime)
            return 1

    def count(self, name: str, *, until: int) -> int:
        return int(self._cache.get(self._key(name, until), 0))

    @staticmethod
    def _key(name: str, until: int) -> str:
        return f"access_keys:{name}:{until}"


class MappedCounters:
    """Counters in a file of fixed size, mapped into every process of this machine.

    A name hashes to a run of eight slots. It takes its own slot, else one whose window is over, else the one that
    ends soonest: under more names than fit, a limit may let too much through, and never too little.
    """

    def __init__(self, path: Path) -> None:
        self._threads = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        size = SLOTS * _SLOT.size
        os.ftruncate(self._file, size)
        self._map = mmap.mmap(self._file, size)

    def increment(self, name: str, *, until: int) -> int:
        with self._locked():
            offset, fingerprint, count = self._place(name, until)
            _SLOT.pack_into(self._map, offset, fingerprint, until, count + 1)
        return count + 1

    def count(self, name: str, *, until: int) -> int:
        with self._locked():
            return self._place(name, until)[2]

    def _place(self, name: str, until: int) -> tuple[int, bytes, int]:
        """Where the name is counted, what marks the place as its own, and how many there are."""
        digest = blake2b(name.encode(), digest_size=16).digest()
        fingerprint, first = digest[:8], int.from_bytes(digest[8:], "little")
        soonest_end, soonest_offset = 1 << 32, 0
        for probe in range(PROBES):
            offset = (first + probe) % SLOTS * _SLOT.size
            owner, end, count = _SLOT.unpack_from(self._map, offset)
            if owner == fingerprint:
                return offset, fingerprint, count if end == until else 0
            if end < soonest_end:
                soonest_end, soonest_offset = end, offset
        return soonest_offset, fingerprint, 0

    @contextmanager
    def _locked(self) -> Iterator[None]:
        # A lock of the file holds off other processes, and not the other threads of this one.
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)


def get_counters() -> Counters:
    """The counters of the settings."""
    alias = conf.counter_cache()
    return CacheCounters(alias) if alias else _mapped(conf.counter_file())


@lru_cache(maxsize=4)
def _mapped(path: str) -> MappedCounters:
    return MappedCounters(Path(path))
