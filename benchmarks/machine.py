"""The machine: its cores, and what processes take of them and of its memory. Linux."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

CORES = sorted(os.sched_getaffinity(0))
# The server and its database share one core, the client has the other: without that, figures scatter by 40 %.
SERVER_CORE, CLIENT_CORE = CORES[0], CORES[-1]


class Memory(NamedTuple):
    """Of one process, in MiB. Pages that n processes share count whole in ``rss`` and as 1/n in ``pss``."""

    rss: float
    pss: float


@contextmanager
def on_core(core: int) -> Iterator[None]:
    """What is started in this block runs on this core alone."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def family(pid: int) -> list[int]:
    """A process and all that came from it."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [pid, *(member for child in children for member in family(int(child)))]


def cpu_seconds(pids: list[int]) -> float:
    """CPU time taken so far by these processes and their threads."""
    return sum(_on_cpu(task) for pid in pids for task in Path(f"/proc/{pid}/task").glob("*/schedstat")) / 1e9


def memory(pid: int) -> Memory:
    """What a process holds now."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]
    kilobytes = {name: int(value.split()[0]) for name, _, value in (line.partition(":") for line in lines)}
    return Memory(kilobytes["Rss"] / 1024, kilobytes["Pss"] / 1024)


def description() -> str:
    """The machine in one line."""
    models = [
        line for line in Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")
    ]
    processor = models[0].partition(":")[2].strip() if models else platform.machine()
    return f"{processor}, {len(CORES)} cores, Linux {platform.release()}, Python {platform.python_version()}"


def _on_cpu(schedstat: Path) -> int:
    try:
        return int(schedstat.read_text().split()[0])
    except FileNotFoundError:  # The thread has ended.
        return 0
