"""Whether a body that comes in chunks has come to its end (RFC 9112, section 7.1)."""

from __future__ import annotations


class Chunks:
    """Goes through what has come, once. What is no chunk counts as an end: nothing that follows could mend it."""

    def __init__(self) -> None:
        self._at = 0
        self._is_last = False

    def are_whole(self, data: bytes) -> bool:
        """Whether the last chunk and its trailers are in the body so far."""
        while not self._is_last:
            end = data.find(b"\r\n", self._at)
            if end < 0:
                return False
            try:
                size = int(data[self._at : end].partition(b";")[0], 16)
            except ValueError:
                return True
            self._is_last = size <= 0
            # Trailers end with an empty line, and may be nothing else.
            self._at = end if self._is_last else end + 2 + size + 2
        return data.find(b"\r\n\r\n", self._at) >= 0
