"""What goes on while a migration runs: verifications without a pause, and somebody who reads for long."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection, connections


class Stalls:
    """How long the slowest question took, and how many were asked."""

    def __init__(self) -> None:
        self.longest = 0.0  # seconds
        self.asked = 0
        self.wrong: list[object] = []

    def ask(self, question: Callable[[], bool], until: threading.Event) -> None:
        """Ask without a pause, and keep what was answered wrongly."""
        try:
            while not until.is_set():
                begin = time.monotonic()
                if not question():
                    self.wrong.append("not found")
                self.longest = max(self.longest, time.monotonic() - begin)
                self.asked += 1
        except Exception as error:  # noqa: BLE001  What was raised is the result; the test judges it.
            self.wrong.append(error)
        finally:
            connections.close_all()


@contextmanager
def verifying(question: Callable[[], bool], *, threads: int = 1) -> Iterator[Stalls]:
    """Within the block, the question is asked all the time."""
    stalls, over = Stalls(), threading.Event()
    askers = [threading.Thread(target=stalls.ask, args=(question, over)) for _ in range(threads)]
    for asker in askers:
        asker.start()
    try:
        yield stalls
    finally:
        over.set()
        for asker in askers:
            asker.join(timeout=60)


@contextmanager
def long_reader(seconds: float) -> Iterator[None]:
    """From the beginning of the block, both tables are read in one transaction: as an export does, for so long."""
    apart = connection.copy()
    apart.inc_thread_sharing()
    first, second = apart.cursor(), apart.cursor()
    first.execute("BEGIN")
    for cursor, table in ((first, "accesskeys_accesskey"), (second, "accesskeys_auditevent")):
        select = f"SELECT * FROM {table}"
        if connection.vendor == "postgresql":
            cursor.execute(f"DECLARE reading_{table} CURSOR FOR {select}")
            select = f"FETCH 1 FROM reading_{table}"
        cursor.execute(select)
        cursor.fetchone()
    timer = threading.Timer(seconds, apart.close)
    timer.start()
    try:
        yield
    finally:
        timer.join()
