"""A few at once, some more wait, and all others hear at once that it is busy."""

from __future__ import annotations

import threading

import pytest
from django.utils.translation import gettext_lazy

from accesskeys.core.exceptions import Busy
from accesskeys.core.turns import Turns

SENTENCE = gettext_lazy("Cancel")


def turns(at_once: int, waiting: int = 0) -> Turns:
    return Turns(at_once=at_once, waiting=waiting, busy=SENTENCE)


def test_whoever_comes_beyond_hears_it_at_once() -> None:
    two = turns(2)
    first, second = two.take(), two.take()
    for refused in (two.take, two.check):
        with pytest.raises(Busy, match=str(SENTENCE)):
            refused()
    first.give_back()
    two.check()
    with two.take(), pytest.raises(Busy):
        two.take()
    second.give_back()


def test_some_wait_for_their_turn() -> None:
    one = turns(1, waiting=1)
    turn, has_come = one.take(), threading.Event()

    def wait() -> None:
        with one.take():
            has_come.set()

    waiting = threading.Thread(target=wait)
    waiting.start()
    assert not has_come.wait(0.2)
    with pytest.raises(Busy):
        one.take()
    turn.give_back()
    assert has_come.wait(10)
    waiting.join()
    one.take().give_back()


def test_it_is_given_back_once() -> None:
    one = turns(1)
    turn = one.take()
    turn.give_back()
    turn.give_back()
    with one.take(), pytest.raises(Busy):
        one.take()


def test_it_comes_back_from_what_fails_and_from_whoever_forgets_it() -> None:
    one = turns(1)
    with pytest.raises(ZeroDivisionError), one.take():
        _ = 1 / 0
    one.take()  # Dropped.
    one.check()
