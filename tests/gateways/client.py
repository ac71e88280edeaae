"""Requests as anybody may write them: any path, any header, any number of times."""

from __future__ import annotations

from collections.abc import Sequence
from http.client import HTTPConnection, HTTPMessage
from types import TracebackType
from typing import NamedTuple, Self

# The gateways listen on 127.0.0.1 and connect from there; a client has another address, as in life.
ADDRESS = "127.0.0.2"


class Response(NamedTuple):
    """What the gateway said."""

    status: int
    headers: HTTPMessage
    body: bytes


class Client:
    """One connection, kept open as long as the gateway keeps it."""

    def __init__(self, port: int) -> None:
        self._connection = HTTPConnection("127.0.0.1", port, timeout=15, source_address=(ADDRESS, 0))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def send(
        self,
        path: str,
        *,
        key: str | None = None,
        headers: Sequence[tuple[str, str]] = (),
        method: str = "GET",
        body: bytes = b"",
    ) -> Response:
        """Send one request and read the whole answer."""
        connection = self._connection
        connection.putrequest(method, path)
        if key is not None:
            connection.putheader("Authorization", f"Bearer {key}")
        for name, value in headers:
            connection.putheader(name, value)
        if body:
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body or None)
        response = connection.getresponse()
        return Response(response.status, response.headers, response.read())


def send(
    port: int,
    path: str,
    *,
    key: str | None = None,
    headers: Sequence[tuple[str, str]] = (),
    method: str = "GET",
    body: bytes = b"",
) -> Response:
    """Send one request on a connection of its own."""
    with Client(port) as client:
        return client.send(path, key=key, headers=headers, method=method, body=body)
