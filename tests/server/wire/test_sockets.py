"""What a slow client does not take is kept for it: ``server.sockets.PatientSocket``."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from server import sockets
from server.sockets import PatientSocket, Unsent

LONG = bytes(range(256)) * 80_000  # 20 MB: more than any buffer of the system takes.


@pytest.fixture
def ends() -> Iterator[tuple[PatientSocket, socket.socket]]:
    """Ours, and the client's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client = socket.create_connection(listener.getsockname())
        accepted, _ = listener.accept()
        ours = PatientSocket(accepted.family, accepted.type, accepted.proto, fileno=accepted.detach())
        with closing(ours), closing(client):
            yield ours, client


def everything(ours: PatientSocket, client: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        received += client.recv(1 << 20)
        ours.send_more()
    return bytes(received)


def test_what_is_short_is_sent_at_once(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, client = ends
    ours.sendall(b"short")
    ours.flush()
    assert (ours.unsent, client.recv(10)) == (0, b"short")


def test_nobody_waits_for_who_takes_nothing(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, client = ends
    began = time.monotonic()
    ours.sendall(LONG)
    ours.sendall(LONG)
    assert time.monotonic() - began < 5
    assert ours.unsent > len(LONG)
    assert everything(ours, client, 2 * len(LONG)) == 2 * LONG
    assert (ours.unsent, ours.send_more()) == (0, True)


def test_it_goes_on_at_once_after_what_was_kept_is_taken(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, client = ends
    ours.sendall(LONG)
    everything(ours, client, len(LONG))
    ours.sendall(b"next")
    ours.flush()
    assert client.recv(10) == b"next"


def test_a_file_is_sent_from_where_it_begins(
    ends: tuple[PatientSocket, socket.socket], tmp_path_factory: pytest.TempPathFactory
) -> None:
    ours, client = ends
    path = tmp_path_factory.mktemp("file") / "file"
    path.write_bytes(b"0123456789")
    with path.open("rb") as file:
        assert ours.sendfile(file, 2, 3) == 3
        assert ours.sendfile(file) == 10
    ours.flush()
    assert client.recv(100) == b"2340123456789"


def test_all_answers_together_have_a_bound(
    ends: tuple[PatientSocket, socket.socket], monkeypatch: pytest.MonkeyPatch
) -> None:
    ours, _ = ends
    monkeypatch.setattr(sockets, "MOST_BYTES", len(LONG) // 10)
    with pytest.raises(OSError, match="slow clients"):
        ours.sendall(LONG)


@pytest.mark.parametrize("end", ["close", "abort"])
def test_what_is_left_is_no_longer_counted(ends: tuple[PatientSocket, socket.socket], end: str) -> None:
    ours, _ = ends
    before = Unsent._waiting
    ours.sendall(LONG)
    assert Unsent._waiting > before
    getattr(ours, end)()
    assert Unsent._waiting == before


def test_an_answer_that_breaks_off_is_none(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, client = ends
    ours.sendall(b"a part of it")
    ours.flush()
    ours.abort()
    with pytest.raises(ConnectionResetError):
        b"".join(iter(lambda: client.recv(100), b""))


def test_one_that_is_given_up_takes_no_more(ends: tuple[PatientSocket, socket.socket]) -> None:
    ours, _ = ends
    ours.is_given_up = True
    with pytest.raises(ConnectionAbortedError):
        ours.sendall(b"late")
