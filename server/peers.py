"""Who connects, in one notation: a socket for IPv6 that takes IPv4 as well calls 192.0.2.7 ``::ffff:192.0.2.7``.

gunicorn compares what the socket says, as it stands, with its lists of those who may name the scheme, or the client
ahead of HTTP. So it is told the plain address, as soon as somebody connects.
"""

from __future__ import annotations

from typing import Any

from gunicorn.workers.gthread import TConn, ThreadWorker

from accesskeys.core.networks import parse_address


def plain(peer: Any) -> Any:
    """A peer as the socket names it, its address unwrapped. A Unix socket's peer has none, and stays as it is."""
    if isinstance(peer, tuple) and (address := parse_address(peer[0])):
        return (str(address), *peer[1:])
    return peer


class PeerWorker(ThreadWorker):  # type: ignore[misc]  # gunicorn has no types.
    """gunicorn's own threads, for machines without epoll."""

    def enqueue_req(self, conn: TConn) -> None:
        """Answer what waits on a connection; on a new one, too."""
        conn.client = plain(conn.client)
        super().enqueue_req(conn)
