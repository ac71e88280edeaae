"""What a server is made of, by its ``ROLE``."""

from __future__ import annotations

import select


def settings_module() -> str:
    """The settings to start with. Raises ImproperlyConfigured."""
    from identity_cloud.settings import ROLE

    return "identity_cloud.settings.gate" if ROLE == "gate" else "identity_cloud.settings"


def worker_of(role: str) -> str:
    """The class of its processes."""
    if not hasattr(select, "epoll"):  # macOS, to try it on.
        return "server.peers.PeerWorker"
    return "server.workers.ConsoleWorker" if role == "console" else "server.workers.GateWorker"
