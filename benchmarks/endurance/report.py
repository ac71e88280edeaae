"""What is printed at the end."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from benchmarks.endurance.ledger import NOTICEABLE, QUOTED, Fault, Ledger
from benchmarks.endurance.observed import LABELS, Observed


class Happened(NamedTuple):
    """A trouble that was, from when to when."""

    label: str
    began: float
    ended: float
    next: float  # When the next one began.


def print_answers(ledger: Ledger) -> None:
    """How often each question was answered with what."""
    print(f"\n{'asked':32} {'answered':>10} {'503':>8} {'500':>6} {'none':>6}   by status")
    for what, statuses in sorted(ledger.counts.items()):
        told = ", ".join(f"{status}: {count:,}" for status, count in sorted(statuses.items()) if status)
        answered = sum(count for status, count in statuses.items() if status not in {0, 500, 503})
        print(f"{what:32} {answered:>10,} {statuses[503]:>8,} {statuses[500]:>6,} {statuses[0]:>6,}   {told}")


def print_troubles(ledger: Ledger, happened: Sequence[Happened]) -> None:
    """The longest time without one good key being let in, and until all were."""
    print(
        f"\n{'trouble':22} {'times':>6} {'good keys not let in':>21} {'longest gap':>12} {'well again after':>17}"
    )
    for label in sorted({each.label for each in happened}):
        times = [each for each in happened if each.label == label]
        failed = [[at for at in ledger.failed if each.began <= at < each.next] for each in times]
        gaps = [
            end - begin
            for begin, end in ledger.gaps
            for each in times
            if min(end, each.next) - max(begin, each.began) > NOTICEABLE
        ]
        after = [
            max((at - each.ended for at in ats), default=0) for each, ats in zip(times, failed, strict=True)
        ]
        print(
            f"{label:22} {len(times):>6} {sum(map(len, failed)):>21,} {max(gaps, default=0):>10.1f} s "
            f"{max(0, *after):>15.1f} s"
        )


def print_observed(moments: Sequence[tuple[str, Observed]]) -> None:
    """What the site took, in the beginning and in the end."""
    print(f"\n{'':34}" + "".join(f"{label:>16}" for label, _ in moments))
    for number, label in enumerate(LABELS):
        print(f"{label:34}" + "".join(f"{observed[number]:>16,.0f}" for _, observed in moments))


def print_log(log: str, starts: Mapping[str, int]) -> None:
    """How often each was started, what the log says most often, and every traceback."""
    print("\nstarted: " + ", ".join(f"{name} {times} times" for name, times in starts.items()))
    lines = log.splitlines()
    in_full = Counter(line.rpartition("\\n")[2][:150] for line in lines if "Traceback" in line)
    print(f"tracebacks in the server's log: {in_full.total():,}")
    for line, times in in_full.most_common(QUOTED):
        print(f"{times:>7,} × {line}")
    grave = Counter(re.sub(r"[0-9a-f-]{36}|\d+", "#", line)[:150] for line in map(_grave, lines) if line)
    print(f"warnings and errors there: {grave.total():,}")
    for line, times in grave.most_common(2 * QUOTED):
        print(f"{times:>7,} × {line}")


def _grave(line: str) -> str:
    """What a line says, if it is a warning or an error."""
    found = re.match(r"\S+ (?:WARNING|ERROR|CRITICAL) (?:\[\S+\] )?(.*)", line)
    return found[1] if found else ""


def print_faults(ledger: Ledger, integrity: str) -> None:
    """What must not be, and what should not."""
    print()
    for fault in Fault:
        told = ledger.faults.get(fault, [])
        print(f"{fault + ':':32} {len(told):>10,}")
        for line in told[:QUOTED]:
            print(f"    {line}")
    print(f"{'answered with 500:':32} {sum(ledger.errors.values()):>10,}")
    for what, count in ledger.errors.most_common(QUOTED):
        print(f"    {count:,} × {what}")
    print(f"check_integrity: {integrity}")
