"""Skipped tests in the summary: one line for each reason, however many tests share it."""

from __future__ import annotations

import os
from collections import Counter

import pytest
from _pytest.terminal import TerminalReporter


def reasons(reporter: TerminalReporter) -> Counter[str]:
    """How many tests were skipped for each reason."""
    skipped = reporter.stats.get("skipped", [])
    return Counter(str(report.longrepr[2]).removeprefix("Skipped: ") for report in skipped)


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    counted = reasons(terminalreporter)
    if counted:
        terminalreporter.section("skipped")
    for reason, number in counted.most_common():
        terminalreporter.write_line(f"{number:>5}  {reason}")


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where nothing may be skipped, a skipped test fails the run."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NOTHING_SKIPPED") and reporter and reasons(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
