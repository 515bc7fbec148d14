"""When the gauges of results are shown anew."""

import asyncio
from pathlib import Path

from exporter.ledger.ledger import Ledger
from exporter.ledger.store import ROWS_AT_ONCE, Store
from exporter.metrics.results import Group
from exporter.refresh import Refresh
from tests.exporter.test_rolling import fills


async def test_sums_of_a_part_of_the_past_are_never_shown(ledger_path: Path) -> None:
    """At the start everything is taken in first, although commits come all the time."""
    ledger = Ledger(Store(ledger_path))
    ledger.start()
    await ledger.append(fills(0, 2 * ROWS_AT_ONCE + 1))
    shown: list[list[Group]] = []
    refresh = Refresh(
        ledger,
        categories=["crypto"],
        leaders=["kalshi"],
        on_read=shown.append,
        on_failure=lambda: None,
    )

    caught_up = asyncio.create_task(refresh.catch_up())
    came = 0
    while not caught_up.done():
        await ledger.append(fills(100_000 + came, 1))
        came += 1

    assert came > 1
    assert sum(tally.fills for _, _, tally in shown[0]) > 2 * ROWS_AT_ONCE
    await ledger.close()
