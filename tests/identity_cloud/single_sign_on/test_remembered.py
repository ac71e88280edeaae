"""One thread asks the provider; the others take what it has heard."""

from __future__ import annotations

import time
from threading import Thread

import pytest

from identity_cloud.operators.single_sign_on.exceptions import ProviderAway
from identity_cloud.operators.single_sign_on.remembered import AWAY, LONGEST, Remembered


def test_ten_at_once_ask_once() -> None:
    asked: list[int] = []

    def ask() -> int:
        time.sleep(0.2)
        asked.append(1)
        return 7

    question, heard = Remembered(ask), []
    threads = [Thread(target=lambda: heard.append(question.get())) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(asked), heard) == (1, [7] * 10)


def test_how_long(monkeypatch: pytest.MonkeyPatch) -> None:
    now, answers = 1000.0, iter(range(10))
    monkeypatch.setattr(time, "monotonic", lambda: now)
    question = Remembered(lambda: next(answers))
    assert question.get() == 0
    now += LONGEST - 1
    assert question.get() == 0
    assert question.get(at_most=LONGEST - 1) == 1
    now += LONGEST
    assert question.get() == 2
    question.forget()
    assert question.get() == 3


def test_one_that_is_away_is_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    now, asked = 1000.0, 0
    monkeypatch.setattr(time, "monotonic", lambda: now)

    def ask() -> int:
        nonlocal asked
        asked += 1
        raise ProviderAway("gone")

    question = Remembered(ask)
    for seconds, times in ((0, 1), (AWAY - 1, 1), (1, 2)):
        now += seconds
        with pytest.raises(ProviderAway) as away:
            question.get()
        assert (away.value.reason, asked) == ("gone", times)
