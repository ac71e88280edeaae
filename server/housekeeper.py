"""The thread of a worker that keeps house once an hour, where no other one has done so: never a request's own."""

from __future__ import annotations

import logging
import random
import threading

from django.db import Error, connections

from accesskeys.core.database_errors import reason
from accesskeys.operations.actors import Actor
from accesskeys.operations.housekeeping import claim, keep_house

FIRST_SECONDS = 60.0  # After the start, when there is most to do.
PAUSE_SECONDS = 300.0  # Between two looks at whether it is due.

logger = logging.getLogger("identity_cloud.housekeeping")


class Housekeeper:
    """Looks now and then; does it where it is due and nobody else does."""

    def __init__(self) -> None:
        self._stopping = threading.Event()

    def start(self) -> None:
        """In a process that answers. The thread goes with it."""
        threading.Thread(target=self._run, name="housekeeping", daemon=True).start()

    def stop(self) -> None:
        """End it between two steps. Nobody waits: what a step has not committed is not done."""
        self._stopping.set()

    def _run(self) -> None:
        pause = FIRST_SECONDS
        # Not all processes at the same moment.
        while not self._stopping.wait(pause * random.uniform(1, 2)):  # noqa: S311
            self.look()
            pause = PAUSE_SECONDS

    def look(self) -> None:
        """Once. Whatever fails is told, and tried again when it is due again."""
        try:
            if claim():
                keep_house(actor=Actor.for_server(), interrupted=self._stopping)
        except Exception as error:  # noqa: BLE001  Without this thread, it would never be done again.
            what = reason(error) if isinstance(error, Error) else type(error).__name__
            logger.warning("Housekeeping was not done: %s", what)
        finally:
            connections.close_all()
