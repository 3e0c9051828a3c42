"""What was skipped is said, with how to get it; where everything is required, it fails."""

from __future__ import annotations

import os

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List what this machine could not run."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = sorted({str(report.longrepr[2]) for report in skipped if report.longrepr})
    if reasons:
        terminalreporter.section("not run on this machine")
    for reason in reasons:
        terminalreporter.line(reason.removeprefix("Skipped: "))


OUTSIDE = "no copy of the standard beside us"
"""Reason of checks against files that are not part of this project: never required."""


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail a run that had to be complete and was not."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if not os.environ.get("FARO_TEST_REQUIRE_ALL") or reporter is None:
        return
    skipped = reporter.stats.get("skipped", [])
    if any(OUTSIDE not in str(report.longrepr) for report in skipped):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
