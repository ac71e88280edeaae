import time
from collections.abc import Iterator

import pytest

from accesskeys.core.breaker import Breaker


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    now = [1000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


@pytest.fixture
def breaker(clock: list[float]) -> Breaker:
    return Breaker(pause=1.0)


def test_asks_while_nothing_has_failed(breaker: Breaker) -> None:
    assert [breaker.is_open() for _ in range(3)] == [False, False, False]


def test_nobody_waits_after_a_failure(breaker: Breaker, clock: list[float]) -> None:
    breaker.failed()
    clock[0] += 0.999
    assert breaker.is_open()


def test_one_tries_after_the_pause_and_the_others_go_on_failing(breaker: Breaker, clock: list[float]) -> None:
    breaker.failed()
    clock[0] += 1.0
    assert [breaker.is_open() for _ in range(3)] == [False, True, True]


def test_another_tries_where_the_first_never_came_back(breaker: Breaker, clock: list[float]) -> None:
    breaker.failed()
    for _ in range(3):
        clock[0] += 1.0
        assert [breaker.is_open() for _ in range(2)] == [False, True]


def test_everybody_asks_again_once_it_answers(breaker: Breaker, clock: list[float]) -> None:
    breaker.failed()
    clock[0] += 1.0
    assert not breaker.is_open()
    breaker.succeeded()
    assert [breaker.is_open() for _ in range(3)] == [False, False, False]


def test_a_success_changes_nothing_while_nothing_has_failed(breaker: Breaker) -> None:
    breaker.succeeded()
    assert not breaker.is_open()
