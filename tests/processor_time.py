"""A plugin of pytest that tells how long the processor worked for each file and each test: `make slowest`.

Seconds of the processor are the same on a busy machine, or nearly. Those of processes that a test starts and waits for
count, and what a file's or a session's tests share counts for the test that asks for it first.
"""

from __future__ import annotations

import resource
import time
from collections import Counter
from collections.abc import Iterator

import pytest

SHOWN = 40  # files, and tests


def used() -> float:
    """Seconds of this process and of those that it has waited for."""
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + others.ru_utime + others.ru_stime


class ProcessorTime:
    """Seconds of every file and every test; what comes before the first test is its own line."""

    def __init__(self) -> None:
        self.files: Counter[str] = Counter()
        self.tests: Counter[str] = Counter()

    def pytest_collection_finish(self) -> None:
        self.files["(loading all of them)"] = used()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        before = used()
        try:
            return (yield)
        finally:
            seconds = used() - before
            self.files[item.nodeid.partition("::")[0]] += seconds
            self.tests[item.nodeid] += seconds

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        terminalreporter.section(f"{used():.0f} seconds of the processor, the most of them in")
        for counted in (self.files, self.tests):
            for name, seconds in counted.most_common(SHOWN):
                terminalreporter.write_line(f"{seconds:8.2f}  {name}")
            terminalreporter.write_line("")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(ProcessorTime())
