"""Counters in a file that the processes of one machine share: read and written, never mapped.

Whoever maps a file is killed where a page of it cannot be had: when the disk is full, or the file was cut short.
A write that fails is an exception, which refuses what has a limit, and nothing else.
"""

from __future__ import annotations

import fcntl
import os
import stat
import struct
import threading
import time
from hashlib import blake2b
from pathlib import Path

from accesskeys.core import steady
from accesskeys.verification.counters.counted import OF_KEYS, Counted

# Anybody may come from as many addresses as there are, and push each other's counts out. Keys are counted apart from
# them, with room for more than anybody is likely to limit.
KEYS = 1 << 15  # buckets
OTHERS = 1 << 13
SLOTS = 8  # of a bucket

_SLOT = struct.Struct("<8sII")  # hash of the name, end of the window, count
_BUCKET_SIZE = SLOTS * _SLOT.size
_HEADER = struct.Struct("<8s36sd")  # In a bucket of its own: format, boot, what to add to the steady clock.
_FORMAT = b"counts.3"


class FileCounters:
    """Counters in a file of fixed size that begins anew with each start of the machine.

    A name hashes to a bucket of eight slots. It takes its own slot, else one whose window is over, else the one that
    ends soonest: under more names than fit, a limit may let too much through, and never too little. Most of the
    buckets are for keys alone.

    Windows end on full minutes and hours of UTC, as it was when the file was begun. From then on a clock goes on that
    nobody can set, the same one in all processes.
    """

    def __init__(self, path: Path) -> None:
        self._threads = threading.Lock()
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not stat.S_ISREG(os.fstat(self._file).st_mode):
                raise OSError(None, "it is no ordinary file")
            fcntl.lockf(self._file, fcntl.LOCK_EX)
            try:
                self._to_utc = self._begun() or self._begin()
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN)
        except OSError:
            os.close(self._file)
            raise

    def increment(self, name: str, *, seconds: int) -> Counted:
        return self._count(name, seconds, more=1)

    def count(self, name: str, *, seconds: int) -> Counted:
        return self._count(name, seconds, more=0)

    def _begun(self) -> float:
        """What to add to the steady clock, if the file was begun since the machine was started; else 0."""
        size = os.fstat(self._file).st_size
        header = os.pread(self._file, _HEADER.size, 0)
        if size < _size() or header[:-8] != _header(0)[:-8]:
            return 0
        return float(_HEADER.unpack(header)[2])

    def _begin(self) -> float:
        """Take all the room that it will ever need, so that it is there when the disk is full."""
        to_utc = time.time() - steady.seconds()
        self._write(bytes(_size()), 0)
        self._write(_header(to_utc), 0)
        return to_utc

    def _count(self, name: str, seconds: int, *, more: int) -> Counted:
        # A rate that is changed begins a window of its own.
        digest = blake2b(f"{seconds} {name}".encode(), digest_size=16).digest()
        fingerprint, number = digest[:8], int.from_bytes(digest[8:], "little")
        bucket = number % KEYS if name.startswith(OF_KEYS) else KEYS + number % OTHERS
        begin = (1 + bucket) * _BUCKET_SIZE
        # A lock of the file holds off other processes, and not the other threads of this one.
        with self._threads:
            fcntl.lockf(self._file, fcntl.LOCK_EX, _BUCKET_SIZE, begin)
            try:
                # There is less where somebody cut it short: that counts as nothing, and is written again.
                slots = os.pread(self._file, _BUCKET_SIZE, begin).ljust(_BUCKET_SIZE, b"\0")
                now = int(steady.seconds() + self._to_utc)
                place, end, count = _place(slots, fingerprint, now, seconds)
                if more:
                    self._write(_SLOT.pack(fingerprint, end, count + more), begin + place)
            finally:
                fcntl.lockf(self._file, fcntl.LOCK_UN, _BUCKET_SIZE, begin)
        return Counted(count + more, end - now)

    def _write(self, data: bytes, begin: int) -> None:
        """All of it. A disk that fills up takes a part first, and says so afterwards."""
        while data:
            written = os.pwrite(self._file, data, begin)
            data, begin = data[written:], begin + written


def _size() -> int:
    return (1 + KEYS + OTHERS) * _BUCKET_SIZE


def _header(to_utc: float) -> bytes:
    return _HEADER.pack(_FORMAT, steady.boot().encode(), to_utc)


def _place(slots: bytes, fingerprint: bytes, now: int, seconds: int) -> tuple[int, int, int]:
    """Where in the bucket a name is counted, when its window ends, and how many there are."""
    place = slots.find(fingerprint)
    if place % _SLOT.size == 0:
        _, end, count = _SLOT.unpack_from(slots, place)
        if now < end <= now + seconds:  # No window ends later than its own length, whatever is written there.
            return place, end, count
    else:  # It has none.
        place = min(range(0, _BUCKET_SIZE, _SLOT.size), key=lambda at: _SLOT.unpack_from(slots, at)[1])
    return place, now - now % seconds + seconds, 0
