"""What happens to the server's processes."""

from __future__ import annotations

import random
import signal
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from benchmarks.endurance.site import Site
from benchmarks.endurance.troubles.words import AT_ONCE, Trouble, send, stopped


@contextmanager
def _worker_killed(site: Site, dice: random.Random) -> Iterator[None]:
    send(signal.SIGKILL, [dice.choice(site.workers)])
    yield


@contextmanager
def _all_killed(site: Site, dice: random.Random) -> Iterator[None]:
    send(signal.SIGKILL, site.workers)
    yield


@contextmanager
def _first_killed(site: Site, dice: random.Random) -> Iterator[None]:
    send(signal.SIGKILL, [site.server.pid])
    yield


@contextmanager
def _reloaded(site: Site, dice: random.Random) -> Iterator[None]:
    send(signal.SIGHUP, [site.server.pid])
    yield


def _worker_stopped(site: Site, dice: random.Random) -> AbstractContextManager[None]:
    return stopped([dice.choice(site.workers)])


def _all_stopped(site: Site, dice: random.Random) -> AbstractContextManager[None]:
    return stopped(site.workers)


ALL = (
    Trouble("a worker killed", _worker_killed, AT_ONCE),
    Trouble("all workers killed", _all_killed, AT_ONCE),
    Trouble("the server killed", _first_killed, AT_ONCE),
    Trouble("the server reloaded", _reloaded, AT_ONCE),
    Trouble("a worker paused", _worker_stopped),
    Trouble("all workers paused", _all_stopped),
)
