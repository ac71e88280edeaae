"""What costs much: a few do it at once, some more wait for their turn, and all others hear at once that it is busy."""

from __future__ import annotations

from contextlib import suppress
from queue import Empty, SimpleQueue

from django.utils.functional import Promise

from accesskeys.core.exceptions import Busy

# What is there to be had. Giving back may happen anywhere, even while another is taken: of all locks of Python, only a
# SimpleQueue allows it.
Tokens = SimpleQueue[None]


class Turn:
    """Somebody's turn, until it is given back. Given back twice it counts once; forgotten, it comes back by itself."""

    def __init__(self) -> None:
        self._held: list[Tokens] = []

    def hold(self, tokens: Tokens, *, wait: bool) -> bool:
        """Whether there was one to be had."""
        with suppress(Empty):
            tokens.get(block=wait)
            self._held.append(tokens)
            return True
        return False

    def give_back(self) -> None:
        """Let the next one have it."""
        while self._held:
            self._held.pop().put(None)

    __del__ = give_back

    def __enter__(self) -> None:
        """It is taken already."""

    def __exit__(self, *_error: object) -> None:
        self.give_back()


class Turns:
    """One for each thing that costs much. The threads of a process share it, its processes do not."""

    def __init__(self, *, at_once: int, waiting: int = 0, busy: Promise) -> None:
        self._places, self._turns = _tokens(at_once + waiting), _tokens(at_once)
        self._busy = busy

    def take(self) -> Turn:
        """Wait for a turn. Raises Busy where as many wait already as may."""
        turn = self._place()
        turn.hold(self._turns, wait=True)
        return turn

    def check(self) -> None:
        """Raise Busy where ``take`` would: before work that would be in vain."""
        self._place().give_back()

    def _place(self) -> Turn:
        turn = Turn()
        if not turn.hold(self._places, wait=False):
            raise Busy(self._busy)
        return turn


def _tokens(number: int) -> Tokens:
    tokens: Tokens = SimpleQueue()
    for _ in range(number):
        tokens.put(None)
    return tokens
