"""What clients do to the server, from a process of their own."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

from benchmarks.circumstances import clients
from benchmarks.endurance.site import Site
from benchmarks.endurance.troubles.words import Trouble


def _clients(name: str) -> Callable[[Site, random.Random], AbstractContextManager[None]]:
    @contextmanager
    def happening(site: Site, dice: random.Random) -> Iterator[None]:
        with clients(name, site.port, site.people["cookie"]):
            yield

    return happening


ALL = (
    Trouble("1,000 say nothing", _clients("silence")),
    Trouble("200 say half of it", _clients("halves")),
    Trouble("50 slow readers", _clients("slow readers")),
    Trouble("16 sign in", _clients("sign-ins")),
    Trouble("8 export", _clients("exports")),
)
