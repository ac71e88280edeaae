"""Something that the identity provider was asked, kept for a while: one thread asks, and one that is away is spared."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

from identity_cloud.operators.single_sign_on.exceptions import ProviderAway

LONGEST = 10 * 60  # seconds
AWAY = 5  # seconds for which a provider that was away is not asked again

T = TypeVar("T")


class Remembered(Generic[T]):
    """The last answer to one question, in this process."""

    def __init__(self, ask: Callable[[], T]) -> None:
        self._ask = ask
        self._asking = threading.Lock()
        self.forget()

    def forget(self) -> None:
        """As at the start."""
        self._answer: tuple[float, T] | None = None
        self._failure: tuple[float, str] | None = None

    def get(self, *, at_most: float = LONGEST) -> T:
        """The answer, no older than so many seconds. Raises ProviderAway."""
        if (known := self._known(at_most)) is not None:
            return known
        if not self._asking.acquire(timeout=1):
            raise ProviderAway("being_asked")
        try:
            if (known := self._known(at_most)) is not None:  # Another thread has asked meanwhile.
                return known
            if self._failure is not None and time.monotonic() - self._failure[0] < AWAY:
                raise ProviderAway(self._failure[1])
            return self._ask_now()
        finally:
            self._asking.release()

    def _known(self, at_most: float) -> T | None:
        answer = self._answer
        return answer[1] if answer is not None and time.monotonic() - answer[0] < at_most else None

    def _ask_now(self) -> T:
        try:
            answer = self._ask()
        except ProviderAway as away:
            self._failure = (time.monotonic(), away.reason)
            raise
        self._answer, self._failure = (time.monotonic(), answer), None
        return answer
