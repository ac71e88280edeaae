"""What a question to the provider may cost: a few seconds, and a few threads."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread

import pytest

from identity_cloud.operators.single_sign_on import fetching
from identity_cloud.operators.single_sign_on.exceptions import ProviderAway

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"


@contextmanager
def answering(*pieces: bytes, pause: float = 0) -> Iterator[str]:
    """A server that says these pieces to whoever comes, with a pause before each; its address."""
    listener = socket.create_server(("127.0.0.1", 0))

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):
            connection.recv(65536)
            for piece in pieces:
                time.sleep(pause)
                connection.sendall(piece)

    def serve() -> None:
        with suppress(OSError):
            while True:
                Thread(target=answer, args=[listener.accept()[0]], daemon=True).start()

    Thread(target=serve, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}/"
    finally:
        listener.close()


def reason(address: str) -> str:
    with pytest.raises(ProviderAway) as away:
        fetching.get(address)
    return away.value.reason


def test_an_answer() -> None:
    with answering(HEAD + b'{"a": 1}') as address:
        assert fetching.get(address) == {"a": 1}


def test_it_is_led_nowhere_else() -> None:
    with answering(b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n") as address:
        assert reason(address) == "answered 302"


def test_a_drip_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each piece comes in time, and all of them together do not."""
    monkeypatch.setattr(fetching, "SECONDS", 0.3)
    with answering(HEAD, *[b" " * 8192] * 40, pause=0.05) as address:
        begun = time.monotonic()
        assert reason(address) == "too_slow"
        assert time.monotonic() - begun < 1.5


def test_the_fourth_question_is_not_asked() -> None:
    with answering(HEAD, b"{}", pause=1.5) as address:
        threads = [Thread(target=fetching.get, args=[address]) for _ in range(3)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        assert reason(address) == "too_many_questions"
        for thread in threads:
            thread.join()
        assert fetching.get(address) == {}
