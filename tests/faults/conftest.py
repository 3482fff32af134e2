"""Installations to break, and a table of what came of it at the end of the run."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.faults.people import Recording

FIGURES: list[str] = []


@pytest.fixture
async def api() -> AsyncIterator[Recording]:
    async with Recording(webhook_pause=0.05) as double:
        yield double


@pytest.fixture
def figure() -> Callable[[str], None]:
    """Keep a line for the table of faults."""
    return FIGURES.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if FIGURES:
        terminalreporter.section("faults")
        for line in sorted(FIGURES):
            terminalreporter.write_line(line)
