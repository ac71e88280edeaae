"""Who is asked about a process looks once a second, and is waited for by one alone."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator

import pytest

from identity_cloud.health import ready
from identity_cloud.health.findings import Finding, failed, warning
from identity_cloud.health.ready import Readiness

pytestmark = pytest.mark.django_db


class Part:
    """Something that can be well, be broken, break off, or hang."""

    def __init__(self) -> None:
        self.finding = Finding("disk")
        self.error: Exception | None = None
        self.looks = 0
        self.goes_on = threading.Event()
        self.goes_on.set()

    def __call__(self) -> Iterator[Finding]:
        self.looks += 1
        assert self.goes_on.wait(20)
        if self.error:
            raise self.error
        yield self.finding


@pytest.fixture
def part() -> Iterator[Part]:
    part = Part()
    yield part
    part.goes_on.set()


@pytest.fixture
def readiness(part: Part, monkeypatch: pytest.MonkeyPatch) -> Readiness:
    monkeypatch.setattr(ready, "ORDER", ("disk",))
    monkeypatch.setattr(ready, "VITAL", {"disk"})
    return Readiness({part: ("disk",)})


def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is a second older."""
    monkeypatch.setattr(ready, "REMEMBERED", 0.0)


def lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.message for record in caplog.records if record.name == "identity_cloud.health"]


def test_a_second_long_nobody_looks_again(readiness: Readiness, part: Part) -> None:
    assert [readiness.report().is_ready for _ in range(5)] == 5 * [True]
    assert part.looks == 1


def test_a_warning_is_no_failure(readiness: Readiness, part: Part) -> None:
    part.finding = warning("disk", "Little room.")
    assert readiness.report().is_ready


def test_what_fails_is_told_once_and_once_when_it_is_over(
    readiness: Readiness, part: Part, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    later(monkeypatch)
    caplog.set_level(logging.INFO)
    assert readiness.report().is_ready
    part.finding = failed("disk", "No room.")
    assert [readiness.report().is_ready for _ in range(3)] == 3 * [False]
    part.finding = Finding("disk")
    assert [readiness.report().is_ready for _ in range(2)] == 2 * [True]
    assert lines(caplog) == ["Not ready: No room.", "Ready again"]


def test_a_check_that_breaks_off_has_failed(
    readiness: Readiness, part: Part, caplog: pytest.LogCaptureFixture
) -> None:
    part.error = RuntimeError("hunter2")
    assert not readiness.report().is_ready
    assert lines(caplog) == [
        "A check of the health broke off",
        "Not ready: disk cannot be checked: RuntimeError.",
    ]


def test_one_that_hangs_is_waited_for_by_one(
    readiness: Readiness, part: Part, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    later(monkeypatch)
    monkeypatch.setattr(ready, "PATIENCE", 0.5)
    assert readiness.report().is_ready
    part.goes_on.clear()
    waiting = threading.Thread(target=readiness.report)
    waiting.start()
    while part.looks < 2:
        time.sleep(0.01)
    began = time.monotonic()
    assert readiness.report().is_ready  # As it was a moment ago.
    assert time.monotonic() - began < 0.2
    waiting.join()
    began = time.monotonic()
    assert not any(readiness.report().is_ready for _ in range(50))
    assert time.monotonic() - began < 0.2
    assert part.looks == 2
    assert lines(caplog) == ["Not ready: Nothing was heard within 0.5 s of: disk."]
    part.goes_on.set()
    while not readiness.report().is_ready:
        time.sleep(0.01)


def test_whoever_comes_second_at_the_very_beginning_waits_a_little(readiness: Readiness, part: Part) -> None:
    part.goes_on.clear()
    threading.Thread(target=readiness.report).start()
    while part.looks < 1:
        time.sleep(0.01)
    began = time.monotonic()
    assert not readiness.report().is_ready
    assert 0.2 < time.monotonic() - began < 1
    threading.Timer(0.1, part.goes_on.set).start()
    assert readiness.report().is_ready


def test_one_that_is_impaired_waits_for_what_all_hangs_on(
    part: Part, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow is not gone: it is sent questions as before."""
    later(monkeypatch)
    monkeypatch.setattr(ready, "ORDER", ("database", "disk"))
    monkeypatch.setattr(ready, "VITAL", {"database"})

    def slow() -> Iterator[Finding]:
        time.sleep(2 * ready.SHORT_PATIENCE)
        yield Finding("database")

    part.finding = failed("disk", "No room.")
    readiness = Readiness({slow: ("database",), part: ("disk",)})
    for _ in range(3):
        report = readiness.report()
        assert (report.is_ready, report.failing) == (True, {"disk"})
    part.goes_on.clear()
    began = time.monotonic()
    assert readiness.report().is_ready
    assert time.monotonic() - began < ready.PATIENCE
