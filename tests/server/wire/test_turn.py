"""The threads for pages go on one at a time, and none of them waits for long."""

from __future__ import annotations

import threading
import time

import pytest

from server import line
from server.line import Turn


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LONGEST_TURN", 30.0)


def test_one_at_a_time(patient: None) -> None:
    turn, inside, most = Turn(), [0], [0]

    def page() -> None:
        with turn.taken():
            inside[0] += 1
            most[0] = max(most[0], inside[0])
            time.sleep(0.002)
            inside[0] -= 1

    threads = [threading.Thread(target=page) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == [1]


def test_between_two_pieces_another_one_goes_on(patient: None) -> None:
    turn, said, begun = Turn(), list[str](), threading.Event()

    def long_answer() -> None:
        with turn.taken():
            said.append("first piece")
            begun.set()
            while waiting.is_alive() and "page" not in said:
                turn.pass_on()
            said.append("last piece")

    def page() -> None:
        begun.wait()
        with turn.taken():
            said.append("page")

    waiting = threading.Thread(target=page)
    waiting.start()
    long_answer()
    waiting.join()
    assert said == ["first piece", "page", "last piece"]


def test_who_has_waited_long_enough_goes_on_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LONGEST_TURN", 0.01)
    turn, done = Turn(), threading.Event()

    def page() -> None:
        with turn.taken():
            turn.pass_on()  # It has no turn to pass on.
            done.set()

    with turn.taken():
        threading.Thread(target=page).start()
        assert done.wait(10)
    with turn.taken():  # Nobody has kept it.
        assert turn._mine.held


def test_it_comes_back_from_a_page_that_fails(patient: None) -> None:
    turn = Turn()
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), turn.taken():
            raise ZeroDivisionError
    with turn.taken():
        assert turn._mine.held


def test_a_thread_for_keys_has_none() -> None:
    Turn().pass_on()
