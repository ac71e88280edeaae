"""An answer in pieces that breaks off looks like one: ``server.answers.resetting``."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from django.http import HttpResponse, StreamingHttpResponse

from server.answers import busy, resetting
from server.sockets import PatientSocket


class Broken(Exception):
    pass


def pieces() -> Iterator[bytes]:
    yield b"a part"
    raise Broken


def ends() -> tuple[PatientSocket, socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
        return PatientSocket(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach()), client


@pytest.mark.django_db  # Django looks after its connections at the end of an answer.
def test_one_that_breaks_off_ends_with_a_reset() -> None:
    ours, client = ends()
    closed: list[bool] = []
    response = StreamingHttpResponse(pieces())
    response._resource_closers.append(lambda: closed.append(True))
    answer = resetting(lambda _environ, _start: response)({"gunicorn.socket": ours}, None)
    with pytest.raises(Broken):
        list(map(ours.sendall, answer))
    answer.close()  # type: ignore[attr-defined]
    with client, pytest.raises(ConnectionResetError):
        b"".join(iter(lambda: client.recv(100), b""))
    assert closed == [True]


def test_one_that_is_whole_stays_as_it_is() -> None:
    ours, client = ends()
    with ours, client:
        response = StreamingHttpResponse([b"all", b" of it"])
        answer = resetting(lambda _environ, _start: response)({"gunicorn.socket": ours}, None)
        assert b"".join(answer) == b"all of it"
        ours.sendall(b"still there")
        ours.flush()
        assert client.recv(100) == b"still there"


def test_others_are_not_looked_at() -> None:
    response = HttpResponse(b"short")
    assert resetting(lambda _environ, _start: response)({}, None) is response


@pytest.mark.parametrize("path", ["/accounts/login/", "/api/v1/access-keys/", "/auth/verify/"])
def test_busy_says_its_length(path: str) -> None:
    head, _, body = busy(path, "id").partition(b"\r\n\r\n")
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")
