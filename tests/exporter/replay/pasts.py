"""A past to replay: an hour of events, what it comes to, and a Prometheus over its blocks."""

import math
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from arbwatch.events import (
    Breach,
    Edge,
    EngineError,
    Event,
    Fact,
    Fill,
    Latency,
    Requests,
    Reversal,
)
from arbwatch.wire import encode_batch
from exporter.ledger.records import ControlRecord
from exporter.ledger.store import Store
from stack.replay.server import Server
from tests.conftest import free_port

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
HOUR = 3600


def at(seconds: float) -> datetime:
    """A time of this past."""
    return START + timedelta(seconds=seconds)


def hour_of_events() -> list[Event]:
    """Feeds, calls, edges and fills of two categories, one of which is undone; in order."""
    rng = Random("replay")
    events: list[Event] = [_fill(number, rng) for number in range(40)]
    events += [_latency(second, rng) for second in range(1, HOUR, 3)]
    events += [
        Requests(venue="kalshi", ok=9, error=1, timestamp=at(second))
        for second in range(10, HOUR, 30)
    ]
    events += [_edge(second) for second in range(5, HOUR, 5)]
    events += [
        Reversal(fill_id="undone", reverses="f-3", timestamp=at(2000.5)),
        EngineError(kind="connection", message="lost", venue="kalshi", timestamp=at(700)),
        Breach(limit="daily_loss", value=-120, timestamp=at(800)),
    ]
    return sorted(events, key=lambda event: event.timestamp)


def pnl_usd(events: list[Event], until: datetime) -> float:
    """What the fills came to by then."""
    fills = {each.fill_id: each.pnl_cents for each in events if isinstance(each, Fill)}
    cents = 0.0
    for each in events:
        if each.timestamp <= until:
            cents += each.pnl_cents if isinstance(each, Fill) else 0
            cents -= fills[each.reverses] if isinstance(each, Reversal) else 0
    return cents / 100


def write_events(events: list[Event], path: Path) -> Path:
    """As a file of lines."""
    path.write_bytes(encode_batch(events))
    return path


def write_ledger(records: list[Fact | ControlRecord], path: Path) -> Path:
    """As a ledger that was closed."""
    with closing(Store(path)) as store:
        store.write([(record, None) for record in records])
    return path


@contextmanager
def served(blocks: Path, *, step: int) -> Iterator[Server]:
    """A Prometheus over the blocks."""
    server = Server("prometheus", blocks, rules=[], port=free_port(), lookback=step)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def value(server: Server, expression: str, moment: datetime) -> float:
    """The one value that an expression has at a time."""
    ((_, number),) = server.query(expression, moment.timestamp())
    return number


def _fill(number: int, rng: Random) -> Fill:
    pnl = round(rng.uniform(-400, 500), 2)
    return Fill(
        fill_id=f"f-{number}",
        timestamp=at(30 + 85.3 * number),
        pair_id='pm-"1":kalshi-A',
        entry_edge_cents=3,
        realized_edge_cents=pnl / 100,
        slippage_cents=0.2,
        fees_cents=1,
        size_usd=100,
        pnl_cents=pnl,
        category=("sports", "crypto")[number % 2],
        hedge_latency_ms=round(rng.uniform(20, 400), 1),
    )


def _latency(second: int, rng: Random) -> Latency:
    drawn = [round(rng.uniform(30, 600), 1) for _ in range(4)]
    return Latency(venue="kalshi", latency_ms=drawn, timestamp=at(second))


def _edge(second: int) -> Edge:
    more: dict[str, Any] = {"ttl_seconds": 8.0}
    return Edge(
        pair_id="p",
        primary_market="A",
        hedge_market="B",
        net_edge_cents=2 + math.sin(second / 100),
        confidence=0.9,
        expected_slippage_cents=0.1,
        leader="kalshi",
        category="sports",
        timestamp=at(second),
        **more,
    )
