"""What a request says, as far as it is answered without an application."""

from __future__ import annotations

from collections.abc import Mapping

from gunicorn.http.message import Request

from identity_cloud import browsers
from server.connections import Connection


def headers_of(req: Request) -> dict[str, str]:
    """By name in capitals; repeated ones are joined by commas, as WSGI has them."""
    headers = dict(req.headers)
    if len(headers) < len(req.headers):
        return {name: ",".join(value for each, value in req.headers if each == name) for name in headers}
    return headers


def peer_of(conn: Connection) -> str:
    """The address of who is connected; empty for a Unix socket."""
    return conn.client if isinstance(conn.client, str) else str(conn.client[0])


def is_ours(req: Request, headers: Mapping[str, str]) -> bool:
    """Whether it came over https in our own name."""
    return browsers.is_ours(is_https=req.scheme == "https", host=headers.get("HOST", ""))
