"""Others, who have taken all turns."""

from __future__ import annotations

import threading
import time

from accesskeys.core.turns import Turns


class Queue:
    """Those whose turn it is, and those who wait for theirs: as many as may. Entered, or just made."""

    def __init__(self, turns: Turns, *, at_once: int, waiting: int = 0) -> None:
        self._held = [turns.take() for _ in range(at_once)]
        self._others = [threading.Thread(target=lambda: turns.take().give_back()) for _ in range(waiting)]
        for other in self._others:
            other.start()
        while turns._places.qsize():  # They are on their way.
            time.sleep(0.01)

    def dissolve(self) -> None:
        """Let everybody go."""
        for turn in self._held:
            turn.give_back()
        for other in self._others:
            other.join()

    def __enter__(self) -> None:
        """It is there already."""

    def __exit__(self, *_error: object) -> None:
        self.dissolve()
