"""What a trouble is, and how processes are sent signals."""

from __future__ import annotations

import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import NamedTuple

from benchmarks.endurance.site import Site

AT_ONCE = (0.0, 0.0)


class Trouble(NamedTuple):
    """Its name, what happens, for how many seconds, and to whom it can happen."""

    label: str
    happening: Callable[[Site, random.Random], AbstractContextManager[object]]
    seconds: tuple[float, float] = (4.0, 8.0)
    needs: Callable[[Site], bool] = lambda _site: True


def send(number: signal.Signals, processes: list[int]) -> None:
    """To those that are still there."""
    for each in processes:
        with suppress(ProcessLookupError):
            os.kill(each, number)


@contextmanager
def stopped(processes: list[int]) -> Iterator[None]:
    """None of them moves."""
    send(signal.SIGSTOP, processes)
    try:
        yield
    finally:
        send(signal.SIGCONT, processes)
