"""A start with 1,000,000 fills in the ledger: time until ready, and memory then.

The file is in the page cache, as after a crash or an update of the exporter.
"""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from arbwatch.events import Fill
from bench import payloads, services
from bench.plan import Plan
from bench.results import Row, alone
from exporter.ledger.store import Store

FILLS = 1_000_000
BATCH = 10_000
MIB = 1024 * 1024


def measure(plan: Plan) -> list[Row]:
    """Seconds from the process' start to its first ready, and MiB after a scrape."""
    fills = plan.scaled(FILLS)
    with services.folder() as state:
        write_ledger(state / "ledger.db", fills)
        starts = [start(state, fills) for _ in range(plan.rounds)]
    return [
        alone(
            "restart",
            f"start with {fills:,} fills",
            unit="s",
            ours=[seconds for seconds, _ in starts],
            at_most=2,
        ),
        alone(
            "restart",
            "memory then",
            unit="MiB",
            ours=[resident / MIB for _, resident in starts],
            at_most=200,
        ),
    ]


def write_ledger(
    path: Path, fills: int, *, made: Callable[[int], dict[str, Any]] = payloads.fill
) -> None:
    """A ledger with so many fills, through the exporter's own store."""
    store = Store(path)
    try:
        for first in range(0, fills, BATCH):
            numbers = range(first, min(first + BATCH, fills))
            store.write([(msgspec.convert(made(n), Fill), None) for n in numbers])
    finally:
        store.close()


def start(state: Path, fills: int) -> tuple[float, int]:
    """Start, look, stop."""
    started = time.perf_counter()
    with services.exporter(state) as exporter:
        seconds = time.perf_counter() - started
        exporter.get("/metrics")
        return seconds, exporter.resident_bytes
