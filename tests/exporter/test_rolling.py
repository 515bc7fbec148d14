"""Sums follow what is stored while the ledger goes on to commit."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from exporter.errors import LedgerUnavailable
from exporter.ledger.ledger import Ledger
from exporter.ledger.store import ROWS_AT_ONCE, Store
from exporter.ledger.tallies import EdgeTally
from exporter.ledger.writer import Identified
from tests.exporter.test_rollup import made


def fills(first: int, count: int) -> list[Identified]:
    """So many new fills."""
    return [(made(number), None) for number in range(first, first + count)]


async def counted(ledger: Ledger) -> int:
    """How many fills the sums hold."""
    return (await ledger.read(Store.tallies, None))[0][1].fills


async def test_whoever_asks_has_everything_that_was_stored(ledger_path: Path) -> None:
    """Several at once, over more than one stretch of rows, each counted once."""
    ledger = Ledger(Store(ledger_path))
    ledger.start()
    await ledger.append(fills(0, 2 * ROWS_AT_ONCE + 1))

    await asyncio.gather(*(ledger.roll_up() for _ in range(3)))

    assert await counted(ledger) == 2 * ROWS_AT_ONCE + 1
    await ledger.close()


async def test_a_roll_up_ends_although_fills_go_on_coming(ledger_path: Path) -> None:
    """It holds what was there when it was asked for, and commits go in between."""
    ledger = Ledger(Store(ledger_path))
    ledger.start()
    await ledger.append(fills(0, 3 * ROWS_AT_ONCE))

    asked = asyncio.create_task(ledger.roll_up())
    came = 3 * ROWS_AT_ONCE
    while not asked.done():
        await ledger.append(fills(came, 100))
        came += 100

    assert came > 3 * ROWS_AT_ONCE + 100
    assert await counted(ledger) >= 3 * ROWS_AT_ONCE
    await ledger.close()


async def test_a_stop_waits_for_no_long_sums(ledger_path: Path) -> None:
    """Whoever asks is told so after one stretch of rows, and so is the next one."""
    ledger = Ledger(Store(ledger_path))
    ledger.start()
    await ledger.append(fills(0, 3 * ROWS_AT_ONCE))

    asked = [asyncio.create_task(ledger.roll_up()) for _ in range(2)]
    while not await counted(ledger):
        pass
    ledger.end_summing()
    answers = await asyncio.gather(*asked)

    assert answers == [False, False]
    assert await counted(ledger) < 3 * ROWS_AT_ONCE
    await ledger.close()


async def test_an_idle_roll_up_gives_way_to_commits(ledger_path: Path) -> None:
    """One stretch while a commit comes, all of it when none does."""
    ledger = Ledger(Store(ledger_path))
    ledger.start()
    await ledger.append(fills(0, 3 * ROWS_AT_ONCE))

    holds_all, _ = await asyncio.gather(ledger.roll_up_idly(), ledger.append(fills(99_999, 1)))
    part = await counted(ledger)

    assert (holds_all, part) == (False, ROWS_AT_ONCE)
    assert await ledger.roll_up_idly()
    assert await counted(ledger) == 3 * ROWS_AT_ONCE + 1
    await ledger.close()


async def test_sums_that_cannot_be_stored_are_taken_in_later(ledger_path: Path) -> None:
    """Fills and edges alike; whoever asks is told, and nothing is counted twice."""
    ledger = Ledger(Store(ledger_path))
    ledger.start()
    await ledger.append(fills(0, 3))
    edge = (20_000, None, "kalshi", EdgeTally(seen=1))

    with closing(sqlite3.connect(ledger_path)) as other:
        for table in ("results", "edge_days"):
            refused = "BEGIN SELECT RAISE(ABORT, 'no'); END"
            other.execute(f"CREATE TRIGGER no_{table} BEFORE INSERT ON {table} {refused}")
        for task in (ledger.roll_up(), ledger.roll_up_idly(), ledger.add_edges([edge], [])):
            with pytest.raises(LedgerUnavailable):
                await task
        other.execute("DROP TRIGGER no_results")
        other.execute("DROP TRIGGER no_edge_days")
    await ledger.roll_up()
    await ledger.add_edges([edge], [])

    assert await counted(ledger) == 3
    assert (await ledger.read(Store.edge_tallies, None))[0][1].seen == 1
    await ledger.close()
