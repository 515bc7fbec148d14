"""One table at the end: what was done, how often, what was lost, what was doubled."""

import time
from collections.abc import Callable, Iterator

import pytest
from msgspec import Struct

from tests.faults.conftest import discord_server, process

__all__ = ["discord_server", "process"]


class Row(Struct, frozen=True):
    """One line of the table."""

    what: str
    rounds: int
    lost: int
    doubled: int
    seconds: float


_ROWS = pytest.StashKey[list[Row]]()
Book = Callable[..., None]


@pytest.fixture
def book(request: pytest.FixtureRequest) -> Iterator[Book]:
    """Enters a line; the seconds are those since the test began."""
    rows = request.config.stash.setdefault(_ROWS, [])
    started = time.monotonic()

    def enter(what: str, *, rounds: int, lost: int, doubled: int) -> None:
        rows.append(Row(what, rounds, lost, doubled, time.monotonic() - started))

    yield enter


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Print the table."""
    rows = config.stash.get(_ROWS, [])
    if not rows:
        return
    width = max(len(row.what) for row in rows)
    terminalreporter.section("torture")
    heads = f"{'rounds':>7} {'lost':>5} {'doubled':>8} {'seconds':>8}"
    terminalreporter.write_line(f"{'what':<{width}} {heads}")
    for row in rows:
        numbers = f"{row.rounds:>7,} {row.lost:>5} {row.doubled:>8} {row.seconds:>8,.0f}"
        terminalreporter.write_line(f"{row.what:<{width}} {numbers}")
