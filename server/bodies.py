"""Bodies of requests, where gunicorn takes a part for the whole."""

from __future__ import annotations

import errno

from gunicorn.http.body import LengthReader


class WholeBody(LengthReader):  # type: ignore[misc]  # gunicorn has no types.
    """A body that raises where it ends before its announced length, and so is no request (RFC 9112, section 8).

    gunicorn's own ends there as if it were complete: half a name would be taken for a name.
    """

    def read(self, size: int) -> bytes:
        """Raises ConnectionResetError, which Django and gunicorn know."""
        expected = min(self.length, size)
        data: bytes = super().read(size)
        if len(data) < expected:
            raise ConnectionResetError(errno.ECONNRESET, "The body was cut short")
        return data
