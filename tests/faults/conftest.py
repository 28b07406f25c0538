"""What the tests of raised faults share."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.reporting_process import Body, ReportingProcess


@pytest.fixture
def process(wire_directory: Path) -> Iterator[Callable[[str, Body], ReportingProcess]]:
    """Starts a process of the program in a thread; it ends with the test."""
    started: list[ReportingProcess] = []

    def start(name: str, body: Body) -> ReportingProcess:
        started.append(ReportingProcess(wire_directory, name, body))
        return started[-1]

    yield start
    for one in started:
        one.close()
