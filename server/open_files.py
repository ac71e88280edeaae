"""How many files a process may have open. Connections are files, and so are answers that wait for slow clients."""

from __future__ import annotations

import resource


def allow(number: int) -> None:
    """Raise the limit to so many, as far as the account may. Many systems begin with 1,024."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
