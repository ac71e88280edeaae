"""How passwords are hashed: one at a time, and aside from what programs ask.

A hash takes 100 MB, and as much time as hundreds of verifications. Anybody can ask for one, without an account.
"""

from __future__ import annotations

import logging
import os
import random
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import HashingError, VerificationError, VerifyMismatchError
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.utils.translation import gettext_lazy as _

from accesskeys.core.exceptions import Busy
from accesskeys.core.turns import Turns

logger = logging.getLogger("identity_cloud.operators")

BUSY = _(
    "Too many passwords are being checked at the moment, so nothing was done. Try again in a few seconds."
)
TURNS = Turns(at_once=1, waiting=2, busy=BUSY)  # Of each process.
LOWEST_PRIORITY = 19  # Of Linux: setpriority(2).
T = TypeVar("T")


class PatientArgon2PasswordHasher(Argon2PasswordHasher):
    """Django's, with the same hashes. Raises Busy, also where memory is short: then nothing was compared."""

    def encode(self, password: str, salt: str) -> str:
        try:
            encoded: str = _aside(lambda: Argon2PasswordHasher.encode(self, password, salt))
        except HashingError as error:
            raise _failed(error) from None
        return encoded

    def verify(self, password: str, encoded: str) -> bool:
        """Django itself takes any failure for a wrong password."""
        try:
            return _aside(lambda: PasswordHasher().verify(encoded.removeprefix("argon2"), password))
        except VerifyMismatchError:
            return False
        except VerificationError as error:
            raise _failed(error) from None


def _aside(work: Callable[[], T]) -> T:
    """What the work says, when it is its turn.

    A thread that has stood back cannot come forward again, so each hash has one of its own. libargon2 makes eight more,
    which are like the one that made them.
    """

    def humbly() -> T:
        _stand_back()
        return work()

    with TURNS.take(), ThreadPoolExecutor(1, "password") as thread:
        return thread.submit(humbly).result()


def _stand_back() -> None:
    """Take one core, and that only while nobody else wants it. Where a container forbids it, the turns are left."""
    if sys.platform == "linux":
        thread = threading.get_native_id()
        with suppress(OSError):
            os.sched_setaffinity(thread, {random.choice(sorted(os.sched_getaffinity(thread)))})  # noqa: S311
        with suppress(OSError):  # Last: until the hash begins, the thread holds up the interpreter.
            os.setpriority(os.PRIO_PROCESS, thread, LOWEST_PRIORITY)


def _failed(error: Exception) -> Busy:
    logger.error("A password could not be hashed: %s", error)
    return Busy(BUSY)
