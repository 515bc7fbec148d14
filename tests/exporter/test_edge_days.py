"""What edges came to: added up by day, handed to the ledger once, kept while it is away."""

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from arbwatch.events import Edge, Fill
from exporter.clock import Clock
from exporter.edge_days import MAX_GROUPS, EdgeDays
from exporter.errors import LedgerUnavailable
from exporter.ledger.store import Store
from exporter.ledger.tallied import EdgeRow, SpreadRow
from exporter.ledger.tallies import EdgeTally
from exporter.live_edges import EndedEdge, Outcome
from exporter.metrics.buckets import LIFETIME_SECONDS
from tests import client
from tests.clocks import Clocks
from tests.conftest import RunningExporter, wait_until

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
DAY = 20_454  # 1 January 2026


@pytest.fixture
def exporter_clock(clocks: Clocks) -> Clock:
    """They are the exporter's."""
    return Clock(monotonic=clocks.monotonic)


class Shelf:
    """Takes what is handed over, unless it is away."""

    def __init__(self) -> None:
        self.rows: list[EdgeRow] = []
        self.lifetimes: list[SpreadRow] = []
        self.is_away = False
        self.now = NOON

    async def store(self, rows: list[EdgeRow], lifetimes: list[SpreadRow]) -> None:
        """Take them, all or none."""
        if self.is_away:
            raise LedgerUnavailable("away")
        self.rows += rows
        self.lifetimes += lifetimes

    def total(self) -> EdgeTally:
        """Of all that was taken."""
        return sum((tally for *_, tally in self.rows), EdgeTally())


def edge(category: str | None = "tech", leader: str = "kalshi") -> Edge:
    """An edge that foretells 0.1 cents of slippage."""
    sent = client.edge(category=category, leader=leader, expected_slippage_cents=0.1)
    return msgspec.convert(sent, Edge)


def fill(slippage_cents: float, *, at: datetime = NOON) -> Fill:
    """A fill that paid this slippage."""
    return msgspec.convert(
        client.fill("f", slippage_cents=slippage_cents, timestamp=at.isoformat()), Fill
    )


def end(
    outcome: Outcome = "small", *, seconds: float = 2.0, best: float = 1.0, of: Edge | None = None
) -> EndedEdge:
    """An edge that ended."""
    return EndedEdge(of or edge(), seconds, best, outcome)


def gathered(
    shelf: Shelf, ends: Iterable[EndedEdge] = (), *, max_groups: int = MAX_GROUPS
) -> EdgeDays:
    """Edge days that gathered these."""
    days = EdgeDays(shelf.store, now=lambda: shelf.now, max_groups=max_groups)
    for each in ends:
        days.ended(each)
    return days


def test_outcomes_lifetimes_and_the_best_of_the_missed_are_added_up() -> None:
    """By the hand: 2 + 3 + 4.5 seconds; only the missed one's best counts."""
    shelf = Shelf()
    ends = [end("filled"), end("missed", seconds=3, best=2.75), end("small", seconds=4.5)]

    asyncio.run(gathered(shelf, ends).hand_over())

    assert shelf.rows == [
        (
            DAY,
            "tech",
            "kalshi",
            EdgeTally(
                seen=3, filled=1, missed=1, small=1, missed_best=27_500, lifetime_us=9_500_000
            ),
        )
    ]
    two, five = LIFETIME_SECONDS.index(2), LIFETIME_SECONDS.index(5)
    assert sorted(shelf.lifetimes) == [(DAY, two, 1), (DAY, five, 2)]


def test_a_fill_adds_what_was_foretold_and_what_it_paid() -> None:
    """On the fill's own day, in micro-dollars; slippage can be in one's favour."""
    shelf = Shelf()
    days = gathered(shelf)
    days.met(edge(), fill(0.35))
    days.met(edge(), fill(-0.05))
    days.met(edge(), fill(0.2, at=NOON - timedelta(days=1)))

    asyncio.run(days.hand_over())

    assert sorted(shelf.rows) == [
        (
            DAY - 1,
            "tech",
            "kalshi",
            EdgeTally(expected=1, expected_slippage=1_000, paid_slippage=2_000),
        ),
        (
            DAY,
            "tech",
            "kalshi",
            EdgeTally(expected=2, expected_slippage=2_000, paid_slippage=3_000),
        ),
    ]


def test_each_day_category_and_leader_is_a_group() -> None:
    """An edge counts on the day on which it ended."""
    shelf = Shelf()
    days = gathered(shelf, [end(of=edge(None)), end(of=edge("tech", "polymarket"))])
    shelf.now += timedelta(days=1)
    days.ended(end())

    asyncio.run(days.hand_over())

    assert [row[:3] for row in shelf.rows] == [
        (DAY, None, "kalshi"),
        (DAY, "tech", "polymarket"),
        (DAY + 1, "tech", "kalshi"),
    ]


def test_what_could_not_be_stored_is_kept_and_counted_once() -> None:
    """Together with what ended meanwhile; nothing is left over afterwards."""
    shelf = Shelf()
    days = gathered(shelf, [end("filled"), end("small")])

    async def go() -> None:
        shelf.is_away = True
        await days.hand_over()
        days.ended(end("missed", best=3.0))
        await days.hand_over()
        shelf.is_away = False
        await days.hand_over()
        await days.hand_over()

    asyncio.run(go())

    assert (shelf.total().seen, shelf.total().missed_best) == (3, 30_000)
    assert sum(count for *_, count in shelf.lifetimes) == 3


def test_odd_names_are_one_group_beyond_their_number() -> None:
    """What an engine calls its categories can fill neither the memory nor the ledger."""
    shelf = Shelf()

    odd = [end(of=edge(f"odd-{n}")) for n in range(10)]
    asyncio.run(gathered(shelf, odd, max_groups=3).hand_over())

    assert [(row[1], row[3].seen) for row in shelf.rows] == [
        ("odd-0", 1),
        ("odd-1", 1),
        ("odd-2", 1),
        ("other", 7),
    ]


def test_a_stop_hands_over_what_gathered(
    exporter: RunningExporter, ledger_path: Path, clocks: Clocks
) -> None:
    """Stopped right after an edge ended: it is in the ledger, with the fill that met it."""
    api = exporter.client
    api.post("/api/edges", client.edge(pair_id="p", ttl_seconds=3600))
    api.post("/api/fills", client.fill("f-1", pair_id="p", slippage_cents=0.3))
    clocks.seconds += 3600
    wait_until(lambda: api.sample("arb_edges_ended_total", **ENDED))
    exporter.stop()

    store = Store(ledger_path)
    ((_, tally),) = store.edge_tallies(None)
    counts = store.spread("edge_lifetime")
    store.close()
    assert (tally.seen, tally.filled, tally.expected, tally.paid_slippage) == (1, 1, 1, 3_000)
    assert sum(counts) == 1


ENDED = {"leader": "polymarket", "category": "economics", "outcome": "filled"}
