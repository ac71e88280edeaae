"""How commands write down an access key, and how far they are."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import Any, Self

from django.core.management.base import OutputWrapper

from accesskeys.core.moments import written
from accesskeys.models import AccessKey

BAR_WIDTH = 40  # characters


def described(access_key: AccessKey) -> dict[str, Any]:
    """What may be told about an access key, ready for JSON. Times are ISO 8601 in UTC."""
    return {
        "id": str(access_key.pk),
        "name": access_key.name,
        "scopes": access_key.scopes,
        "allowed_networks": access_key.allowed_networks,
        "rate_limit": access_key.rate_limit,
        "created_at": _written(access_key.created_at),
        "created_by": access_key.created_by,
        "expires_at": _written(access_key.expires_at),
        "suspended_at": _written(access_key.suspended_at),
        "last_used_at": _written(access_key.last_used_at),
        "description": access_key.description,
        "owner": access_key.owner,
        "labels": dict(sorted(access_key.labels.items())),
    }


def as_json(access_key: AccessKey, **more: Any) -> str:
    """An access key as a line of JSON, in the one shape that all commands have for it."""
    return json.dumps({**described(access_key), **more})


def json_array(objects: Iterable[str]) -> Iterator[str]:
    """The lines of an array of these, which need not be there all at once."""
    yield "["
    before = None
    for each in objects:
        if before is not None:
            yield f"{before},"
        before = each
    if before is not None:
        yield before
    yield "]"


class OutputError(OSError):
    """Nobody reads what is written, or there is no room for it."""


@contextmanager
def output_errors(stdout: OutputWrapper) -> Iterator[None]:
    """Within the block, standard output that fails is an OutputError."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.EPIPE, errno.ENOSPC, errno.EIO):
            raise
        # Python would try once more to write what it holds back, at exit, and fail with a traceback.
        with suppress(OSError), open(os.devnull, "w") as nowhere:
            os.dup2(nowhere.fileno(), stdout.fileno())
        raise OutputError(error.errno, error.strerror) from None


def write_out(stdout: OutputWrapper, text: str) -> None:
    """Write text, and do not return before the operating system has it; raises OutputError."""
    with output_errors(stdout):
        stdout.write(text, ending="")
        stdout.flush()


class Progress:
    """A bar that grows on one line of a terminal. Elsewhere a line each time that so many more are done, or nothing."""

    def __init__(
        self, stream: OutputWrapper, total: int, *, shown: bool = True, line_each: int | None = None
    ) -> None:
        self._stream = stream
        self._total = total
        self._is_shown = shown and total > 0 and stream.isatty()
        self._line_each = line_each if not stream.isatty() else None
        self._told = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        if self._is_shown:
            self._write("\n")

    def show(self, done: int) -> None:
        """So many are done."""
        if self._is_shown:
            bar = "#" * min(BAR_WIDTH, BAR_WIDTH * done // self._total)
            self._write(f"\r[{bar:<{BAR_WIDTH}}] {done:,} of {self._total:,}")
        elif self._line_each and done >= self._told + self._line_each:
            self._told = done
            self._write(f"{done:,} of {self._total:,}\n")

    def clear(self) -> None:
        """Make room for a line of output, on the same terminal perhaps."""
        if self._is_shown:
            self._write(f"\r{' ' * 79}\r")

    def _write(self, text: str) -> None:
        self._stream.write(text, style_func=str, ending="")
        self._stream.flush()


def _written(moment: datetime | None) -> str | None:
    return written(moment, "auto") if moment else None
