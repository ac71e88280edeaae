"""The tests that ``docs/asvs.csv`` names: a whole run runs each of them, or the table says more than was tried."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter

TABLE = Path(__file__).parents[1] / "docs/asvs.csv"
ON_POSTGRESQL = "_on_postgresql.py"  # Whatever else is named has been run on SQLite before.


def named() -> set[str]:
    """Those that this run has to run."""
    with TABLE.open(newline="") as file:
        shown = {name for row in csv.DictReader(file) for name in row["shown by"].split() if "::" in name}
    is_second = bool({"TEST_DATABASE_URL", "POSTGRES_IS_MISSING"} & os.environ.keys())
    return {name for name in shown if (ON_POSTGRESQL in name) == is_second}


def seen(reporter: TerminalReporter, outcome: str) -> set[str]:
    """Those that ended so, for some of their parameters at least."""
    return {report.nodeid.partition("[")[0] for report in reporter.stats.get(outcome, [])}


def missing(reporter: TerminalReporter) -> list[str]:
    """Those that nobody has run. What is skipped is told by its reason; where nothing may be, that fails the run."""
    return sorted(named() - seen(reporter, "passed") - seen(reporter, "failed") - seen(reporter, "skipped"))


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    names = missing(terminalreporter)
    if names:
        terminalreporter.section("named in docs/asvs.csv, and not run")
    for name in names:
        terminalreporter.write_line(name)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """The workers of xdist have no reporter; a run that was broken off is judged by nobody."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter and session.exitstatus == pytest.ExitCode.OK and missing(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
