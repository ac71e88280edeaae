"""Tests that got a second try in a whole run: named in the summary, and more than a few of them fail it."""

from __future__ import annotations

import pytest
from _pytest.terminal import TerminalReporter

# Of nine thousand, a third with real processes on a busy machine. More have a cause.
MOST = 5


def repeated(reporter: TerminalReporter) -> list[str]:
    """Which tests failed at first."""
    return sorted({report.nodeid for report in reporter.stats.get("rerun", [])})


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    names = repeated(terminalreporter)
    if names:
        terminalreporter.section("failed at first")
    for name in names:
        terminalreporter.write_line(name)
    if len(names) > MOST:
        terminalreporter.write_line(f"At most {MOST} tests may need a second try.")


def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and len(repeated(reporter)) > MOST:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
