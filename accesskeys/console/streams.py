"""Files that are sent while they are written: whole, or broken off so that everybody can tell."""

from __future__ import annotations

import logging
import time
from collections.abc import Generator, Iterator
from itertools import islice

from django.db import Error
from django.utils.translation import gettext_lazy as _

from accesskeys.console.exports import ROWS_AT_A_TIME, Export, Format
from accesskeys.core.database_errors import reason
from accesskeys.core.turns import Turns

logger = logging.getLogger("accesskeys.exports")

BUSY = _(
    "Two exports are running already, and more at once would slow down all others. Try again in a few seconds."
)
TURNS = Turns(at_once=2, busy=BUSY)  # Of each process.


class ExportStream:
    """The pieces of a file. One of few: raises Busy where others are written already.

    After each piece it rests for as long as it has worked, so that a file of any length holds up nobody. Whoever takes
    the pieces closes it at the end, whichever end that is.
    """

    def __init__(self, export: Export, kind: Format) -> None:
        self._turn = TURNS.take()
        self._export, self._kind = export, kind
        self._pieces = self._write()
        self._rows = 0
        self._worked = 0.0  # Seconds, on the last piece.

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        time.sleep(self._worked)
        began = time.thread_time()
        try:
            return next(self._pieces)
        except StopIteration:
            self.close()
            raise
        except Exception as error:
            self.close()
            why = reason(error) if isinstance(error, Error) else type(error).__name__
            logger.error("The export %s broke off after %d rows: %s", self._export.name, self._rows, why)
            raise
        finally:
            self._worked = time.thread_time() - began

    def close(self) -> None:
        """Let the database and the next export go on."""
        self._pieces.close()
        self._turn.give_back()

    def _write(self) -> Generator[str]:
        yield self._kind.head()  # At once, be it empty: the first row may be far down.
        rows = iter(self._export)
        while batch := list(islice(rows, ROWS_AT_A_TIME)):
            yield "".join(map(self._kind.line, batch))
            self._rows += len(batch)
