"""``python -m benchmarks endure``: mixed load for minutes or hours, one trouble after another, and what was kept.

Programs ask at the gate and over the API, and an operator looks at pages, while processes are killed and paused, disk
and descriptors run out, and the clock is set. A ledger knows what each answer promised. Exit code 1: something was
lost, or was accepted or refused wrongly. Only root can fill the disk, and only a C compiler makes a clock to set.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks import machine
from benchmarks.databases import DATABASES
from benchmarks.django_process import django_process
from benchmarks.endurance import closing, report
from benchmarks.endurance.history import AccessKey, Key
from benchmarks.endurance.ledger import Ledger
from benchmarks.endurance.lives import Life
from benchmarks.endurance.observed import Observed, observe
from benchmarks.endurance.operator import Operator
from benchmarks.endurance.programs import Run, read, spend, verify
from benchmarks.endurance.report import Happened
from benchmarks.endurance.site import Site, site
from benchmarks.endurance.troubles import troubles_of

VERIFIERS, LIVES, READERS = 6, 3, 1
CALM = (4.0, 6.0)  # seconds between two troubles
AT_LAST = 10  # seconds
NEVER = 120  # seconds: whoever lets nobody in by then does so no more


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How long, and on what."""
    parser.add_argument("--minutes", type=float, default=10, help="(default: %(default)s)")
    parser.add_argument("--database", choices=DATABASES, default="sqlite", help="(default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of the order of troubles (default: %(default)s)")
    parser.add_argument(
        "--disk", default="1g", help="the size of the disk that is filled (default: %(default)s)"
    )
    parser.add_argument("--trouble", action="append", help="only this one")
    parser.add_argument("--log", type=Path, help="where the server's log is kept")


def run(options: argparse.Namespace) -> None:
    """Go on for so long, then judge."""
    print(machine.description())
    with tempfile.TemporaryDirectory(prefix="identity-cloud-endure-") as name:
        folder = Path(name)
        folder.chmod(0o755)  # PostgreSQL has an account of its own.
        with site(options.database, folder, options.disk) as installed:
            print(
                f"{installed.database.name}, {len(installed.workers)} processes; {options.minutes:g} minutes, "
                f"seed {options.seed}",
                flush=True,
            )
            ledger, began = _ledger(installed), time.monotonic()
            moments, happened = _endure(installed, ledger, options)
            minutes = (time.monotonic() - began) / 60
            closing.count_limited(ledger, minutes, installed.redis.starts if installed.redis else 0)
            closing.ask_about_all(ledger, installed.port)
            with django_process(installed.database) as process:
                rows = process.call("benchmarks.endurance.people.rows")
                events = process.call("benchmarks.endurance.people.events")
            journal = (folder / "revocations").read_text()
            closing.judge(ledger, rows, events, journal)
            checked = installed.manage("check_integrity")
            starts = {name: each.starts for name, each in installed.supervised.items()}
            log = installed.server.log.read_text(errors="replace")
    if options.log:
        options.log.write_text(log)
    report.print_answers(ledger)
    report.print_troubles(ledger, happened)
    report.print_observed(moments)
    report.print_log(log, starts)
    report.print_faults(ledger, (checked.stdout + checked.stderr).strip())
    if any(ledger.faults.values()) or checked.returncode:
        raise SystemExit(1)


def _ledger(installed: Site) -> Ledger:
    """With the access keys that stay."""
    ledger = Ledger()
    for access_key_id, name, text in installed.people["standing"]:
        access_key = AccessKey(access_key_id, name)
        key = Key(text, access_key)
        key.begin(opens=True).ended = time.monotonic()
        access_key.keys.append(key)
        access_key.promise(closing.GENERATED)
        ledger.access_keys.append(access_key)
        ledger.good.append(key)
    return ledger


def _endure(
    installed: Site, ledger: Ledger, options: argparse.Namespace
) -> tuple[list[tuple[str, Observed]], list[Happened]]:
    dice, over = random.Random(options.seed), threading.Event()
    running = Run(installed.port, ledger, installed.people, over)
    threads = [threading.Thread(target=each) for each in _programs(running, dice)]
    moments, happened, began = [("at the start", observe(installed))], [], time.monotonic()
    for thread in threads:
        thread.start()
    end, order = began + 60 * options.minutes, []
    try:
        time.sleep(CALM[1])
        while time.monotonic() < end:
            if len(moments) == 1 and time.monotonic() > began + 6 * options.minutes:
                moments.append(("after a tenth", observe(installed)))
            if not order:
                order = [
                    each for each in troubles_of(installed) if each.label in (options.trouble or [each.label])
                ]
                dice.shuffle(order)
            trouble, started = order.pop(), time.monotonic()
            ledger.trouble = trouble.label
            with trouble.happening(installed, dice):
                time.sleep(dice.uniform(*trouble.seconds))
            stopped = time.monotonic()
            while not ledger.is_letting_in_since(stopped) and time.monotonic() < stopped + NEVER:
                time.sleep(0.1)
            time.sleep(dice.uniform(*CALM))
            happened.append(Happened(trouble.label, started, stopped, time.monotonic()))
            print(
                f"{time.monotonic() - began:7.0f} s  {trouble.label}, {stopped - started:.1f} s", flush=True
            )
        ledger.trouble = "none"
        time.sleep(AT_LAST)
    finally:
        over.set()
        for thread in threads:
            thread.join()
    moments.append(("at the end", observe(installed)))
    return moments, happened


def _programs(running: Run, dice: random.Random) -> list[Callable[[], None]]:
    def seeded() -> random.Random:
        return random.Random(dice.random())

    def verifier(number: int) -> Callable[[], None]:
        own = seeded()
        return lambda: verify(running, own, is_kept=number % 2 == 0)

    def reader() -> Callable[[], None]:
        own = seeded()
        return lambda: read(running, own)

    return [
        *(verifier(number) for number in range(VERIFIERS)),
        *(Life(running, seeded(), number).live for number in range(LIVES)),
        *(reader() for _ in range(READERS)),
        lambda: spend(running),
        Operator(running, seeded()).work,
    ]
