"""What a site takes at a moment: memory, files, descriptors, lines of its log."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from benchmarks.endurance.site import Site
from benchmarks.machine import family, memory

MIB = 1 << 20


class Observed(NamedTuple):
    """Of all the server's processes, in MiB where it is not a number of things."""

    rss: float
    pss: float
    largest: float
    descriptors: int
    processes: int
    database: float
    log_of_writes: float
    counters: float
    log_lines: int


LABELS = Observed._make(  # type: ignore[arg-type]
    (
        "memory, RSS of all, MiB",
        "memory, PSS of all, MiB",
        "memory, RSS of the largest, MiB",
        "open file descriptors",
        "processes",
        "database, MiB",
        "write-ahead log, MiB",
        "counters, MiB",
        "lines in the server's log",
    )
)


def observe(site: Site) -> Observed:
    """Now."""
    memories, descriptors, processes = [], 0, family(site.server.pid)
    for pid in processes:
        with suppress(OSError):
            memories.append(memory(pid))
            descriptors += len(list(Path(f"/proc/{pid}/fd").iterdir()))
    folder = Path(site.database.folder)
    counters = Path(site.settings["COUNTER_FILE"])
    with site.server.log.open("rb") as log:
        lines = sum(1 for _ in log)
    return Observed(
        sum(each.rss for each in memories),
        sum(each.pss for each in memories),
        max((each.rss for each in memories), default=0),
        descriptors,
        len(processes),
        _size(folder.glob("data/base/**/*") if site.postgres else folder.glob("site.sqlite3")),
        _size(folder.glob("data/pg_wal/*") if site.postgres else folder.glob("*-wal")),
        _size(counters.parent.glob(f"{counters.name}*")),
        lines,
    )


def _size(files: Iterator[Path]) -> float:
    total = 0
    for file in files:
        with suppress(OSError):
            total += file.stat().st_size
    return total / MIB
