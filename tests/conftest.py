"""Facts for every test: one thread a process, no colour, what takes longest first."""

import os
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")

import pytest
from s3_server import fault_proxy, s3_bucket, s3_server

__all__ = ["fault_proxy", "s3_bucket", "s3_server"]

LONG = ("slow", "ray")
"""Marks of tests that take long, the longest last."""
LAST_LINES = 12


class TellsAtOnce:
    """Prints why a test failed when it did: a run that is cut short prints no summary."""

    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self._terminal = terminal

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Print the test and the last lines of its report."""
        if report.failed:
            last = report.longreprtext.splitlines()[-LAST_LINES:]
            self._terminal.write_line("\n".join([f"\nfailed: {report.nodeid}", *last]))


@pytest.hookimpl(trylast=True)  # after the terminal has its reporter
def pytest_configure(config: pytest.Config) -> None:
    """Tell of failures at once; of several processes the one that collects their reports."""
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if terminal is not None and not hasattr(config, "workerinput"):
        config.pluginmanager.register(TellsAtOnce(terminal))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that start clusters, then others that take long: a process that gets one
    of them last would work on it alone."""
    rank: dict[Path, int] = {}
    for item in items:
        marks = {mark.name for mark in item.iter_markers()}
        own = max(number * (name in marks) for number, name in enumerate(LONG, 1))
        rank[item.path] = max(rank.get(item.path, 0), own)
    items.sort(key=lambda item: -rank[item.path])
