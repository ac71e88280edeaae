"""Ports for what tests, measurements and demonstrations start."""

from __future__ import annotations

import errno
import itertools
import os
import random
import socket
from pathlib import Path

FIRST = 10_000
# A program that calls another gets its own port from this one on, of any address, and at any moment.
EPHEMERAL = 32_768
RANGE = Path("/proc/sys/net/ipv4/ip_local_port_range")


def _ours() -> range:
    """Ports that nobody is given unasked; test processes that run side by side have none in common."""
    end = int(RANGE.read_text().split()[0]) if RANGE.exists() else EPHEMERAL
    process, processes = (
        int(os.environ.get(name, default).removeprefix("gw"))
        for name, default in (("PYTEST_XDIST_WORKER", "0"), ("PYTEST_XDIST_WORKER_COUNT", "1"))
    )
    return range(FIRST + process, max(end, FIRST + 1_000), processes)


_ports = itertools.cycle(random.sample(_ours(), len(_ours())))


def free_port() -> int:
    """A port that nobody has on any address, IPv4 or IPv6, and that is not given out a second time soon."""
    return next(port for port in _ports if _is_free(port))


def _is_free(port: int) -> bool:
    return not any(_is_taken(family, port) for family in (socket.AF_INET, socket.AF_INET6))


def _is_taken(family: socket.AddressFamily, port: int) -> bool:
    try:
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                probe.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            probe.bind(("", port))
    except OSError as error:
        return error.errno == errno.EADDRINUSE  # A machine without IPv6 says something else.
    return False
