"""Who keeps house, how often, and what is known of it afterwards."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from threading import Event

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from accesskeys import operations
from accesskeys.models import HandOver, HousekeepingRun
from accesskeys.operations import housekeeping
from accesskeys.operations.actors import Actor
from accesskeys.operations.housekeeping import Chore, claim, keep_house
from tests.factories import AccessKeyFactory
from tests.helpers import at_once

NOBODY = Actor.for_server()


def keep(interrupted: Event | None = None) -> dict[str, int]:
    return keep_house(actor=NOBODY, interrupted=interrupted or Event())


def last() -> HousekeepingRun:
    run = HousekeepingRun.objects.latest_run()
    assert run is not None
    return run


@pytest.mark.django_db(transaction=True)
def test_of_all_who_ask_one_is_to_do_it() -> None:
    for _ in range(5):
        results = at_once([claim] * 6)
        assert sorted(map(str, results)) == 5 * ["False"] + ["True"]
        HousekeepingRun.objects.all().delete()


@pytest.mark.django_db
class TestARun:
    def test_it_is_due_once_an_hour(self) -> None:
        now = timezone.now()
        with time_machine.travel(now, tick=False):
            assert [claim(), claim()] == [True, False]
        for minutes, is_due in ((59, False), (60, True), (61, False), (121, True)):
            with time_machine.travel(now + timedelta(minutes=minutes), tick=False):
                assert claim() == is_due

    def test_a_clock_that_was_set_back_does_not_put_it_off(self) -> None:
        now = timezone.now()
        with time_machine.travel(now + timedelta(days=1000), tick=False):
            assert claim()
        with time_machine.travel(now, tick=False):
            assert claim()

    def test_whoever_does_it_by_command_has_done_it(self) -> None:
        keep()
        assert not claim()

    def test_it_is_noted(self) -> None:
        assert HousekeepingRun.objects.latest_run() is None
        deleted = keep()
        run = last()
        assert run.is_whole
        assert run.deleted == deleted
        assert deleted.keys() == {chore.name for chore in housekeeping.CHORES}
        assert run.seconds is not None
        assert 0 <= run.seconds < 60
        assert str(run) == str(run.begun_at)

    def test_one_that_is_under_way_has_no_end(self) -> None:
        keep()
        with time_machine.travel(timezone.now() + timedelta(hours=2)):
            claim()
            assert last().seconds is None


def counting(number: int) -> Chore:
    def steps(_actor: Actor) -> Iterator[int]:
        yield from number * [1]

    return Chore(f"chore_{number}", "things", steps)


@pytest.mark.django_db
class TestWhatEndsIt:
    @pytest.fixture
    def chores(self, monkeypatch: pytest.MonkeyPatch) -> list[Chore]:
        made = [counting(0), counting(3), counting(2)]
        monkeypatch.setattr(housekeeping, "CHORES", made)
        return made

    def test_an_interruption_between_two_steps(self, chores: list[Chore]) -> None:
        interrupted = Event()

        def told(name: str, number: int) -> None:
            if (name, number) == ("chore_3", 2):
                interrupted.set()

        done = keep_house(actor=NOBODY, interrupted=interrupted, told=told)
        assert done == last().deleted == {"chore_0": 0, "chore_3": 2, "chore_2": 0}
        assert not last().is_whole

    def test_an_interruption_before_the_first(self, chores: list[Chore]) -> None:
        interrupted = Event()
        interrupted.set()
        assert keep(interrupted) == {"chore_0": 0, "chore_3": 0, "chore_2": 0}
        assert not last().is_whole

    def test_a_chore_that_fails(self, chores: list[Chore]) -> None:
        def fails(_actor: Actor) -> Iterator[int]:
            raise OSError("no room")
            yield 0

        chores.insert(2, Chore("failing", "things", fails))
        with pytest.raises(OSError, match="no room"):
            keep()
        assert last().deleted == {"chore_0": 0, "chore_3": 3, "failing": 0, "chore_2": 0}
        assert (last().is_whole, last().ended_at is None) == (False, False)


@pytest.mark.django_db
class TestHandOvers:
    @pytest.fixture(autouse=True)
    def handed_over(self, command: Actor) -> None:
        for days in (402, 399):
            with time_machine.travel(timezone.now() - timedelta(days=days)):
                operations.hand_over(access_key_id=AccessKeyFactory().pk, actor=command, hours=1)

    def test_they_are_kept_as_long_as_the_audit_log(self) -> None:
        assert keep()["hand_overs"] == 1
        [left] = HandOver.objects.all()
        assert left.closed_by == "expired"

    def test_or_for_good(self, settings: Settings) -> None:
        settings.ACCESS_KEYS_AUDIT_LOG_DAYS = None
        assert keep()["hand_overs"] == 0
        assert HandOver.objects.count() == 2
