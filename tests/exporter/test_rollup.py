"""Sums by group, kept up in SQL: what plain loops over the same fills and reversals give."""

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from arbwatch.events import Fill, Reversal
from exporter.errors import LedgerUnavailable
from exporter.ledger.store import Store
from exporter.ledger.tallies import Tally
from exporter.ledger.writer import Identified
from exporter.metrics.buckets import HEDGE_SECONDS, LIFETIME_SECONDS
from tests.exporter.tallying import day_of, latencies, tallied

START = datetime(2026, 1, 1, 21, tzinfo=UTC)


@pytest.fixture
def store(ledger_path: Path) -> Iterator[Store]:
    """An open ledger."""
    opened = Store(ledger_path)
    yield opened
    opened.close()


def made(number: int, **fields: Any) -> Fill:
    """A fill with these fields changed."""
    plain: dict[str, Any] = {
        "fill_id": f"f-{number}",
        "timestamp": START,
        "pair_id": "p-1",
        "entry_edge_cents": 3.5,
        "realized_edge_cents": 2.5,
        "slippage_cents": 0.25,
        "fees_cents": 0.75,
        "size_usd": 60.0,
        "pnl_cents": 150.0,
    }
    return Fill(**plain | fields)


def undone(number: int, *, days: int = 0) -> Reversal:
    """A reversal of fill `number`, so many days after the start."""
    moment = START + timedelta(days=days)
    return Reversal(fill_id=f"r-{number}", reverses=f"f-{number}", timestamp=moment)


def some(count: int) -> tuple[list[Fill], list[Reversal]]:
    """Fills of a week with every sort of value, and reversals of a third of them."""
    chance = random.Random(7)
    fills = [
        made(
            number,
            timestamp=START + timedelta(hours=chance.randrange(170)),
            pair_id=f"p-{chance.randrange(4)}",
            category=chance.choice(["crypto", "sports", None]),
            leader=chance.choice(["kalshi", "polymarket", None]),
            entry_edge_cents=round(chance.gauss(3, 2), 4),
            realized_edge_cents=chance.choice([0, 0.005, round(chance.gauss(1, 2), 4)]),
            slippage_cents=round(chance.gauss(0.2, 0.3), 4),
            pnl_cents=chance.choice([0, 1e8, -1e8, round(chance.gauss(20, 90), 4)]),
            size_usd=chance.choice([1e9, 12.34]),
            hedge_latency_ms=chance.choice([None, 0, 25, 250, chance.expovariate(1 / 900)]),
            status=chance.choice(["filled", "one_legged"]),
        )
        for number in range(count)
    ]
    numbers = chance.sample(range(count), count // 3)
    return fills, [undone(number, days=chance.randrange(14)) for number in numbers]


def stored(store: Store, records: list[Fill] | list[Reversal]) -> None:
    """Written, and taken in in chunks that end anywhere."""
    store.write([(record, None) for record in records])
    while store.roll_up(7):
        pass


def test_a_fill_is_a_trade_in_dollars(store: Store) -> None:
    """150 cents at 2.5 a contract are 60 contracts; edges and costs are those times 60."""
    stored(store, [made(1), made(2, pnl_cents=-40, realized_edge_cents=0, status="one_legged")])

    assert store.tallies(None) == [
        (
            None,
            Tally(
                pnl=1_100_000,
                fills=2,
                trades=2,
                one_legged=1,
                wins=1,
                losses=1,
                won=1_500_000,
                lost=-400_000,
                size=120_000_000,
                entry=2 * 2_100_000,
                realized=1_100_000,
                slippage=2 * 150_000,
                fees=2 * 450_000,
                contracts_milli=120_000,
            ),
        )
    ]


def test_a_reversal_restores_what_it_reverses(store: Store) -> None:
    """Booked on its own day; the trade is taken out on the day of the fill."""
    stored(store, [made(1, category="crypto", hedge_latency_ms=80)])
    stored(store, [undone(1, days=3)])

    day = day_of(made(1))
    assert store.tallies("day") == [
        (day, Tally(pnl=1_500_000, fills=1)),
        (day + 3, Tally(pnl=-1_500_000, reversals=1)),
    ]
    assert store.tallies("category") == [("crypto", Tally(fills=1, reversals=1))]
    assert sum(store.spread("hedge_latency")) == 0


def test_sums_equal_plain_loops(store: Store) -> None:
    """By every group, over all days and over some; fills and reversals apart."""
    fills, reversals = some(400)
    stored(store, fills)
    stored(store, reversals)

    day = day_of(fills[0])
    assert dict(store.tallies("day")) == tallied(fills, reversals, lambda fill, day: day)
    assert dict(store.tallies("category")) == tallied(fills, reversals, lambda f, _: f.category)
    assert dict(store.tallies("pair")) == tallied(fills, reversals, lambda f, _: f.pair_id)
    assert dict(store.tallies("leader")) == tallied(fills, reversals, lambda f, _: f.leader)
    assert dict(store.tallies(None)) == tallied(fills, reversals, lambda *_: None)
    assert store.spread("hedge_latency") == latencies(fills, reversals)
    within = tallied(fills, reversals, lambda f, on: f.leader if day <= on <= day + 2 else "no")
    within.pop("no")
    assert dict(store.tallies("leader", day, day + 2)) == within


def test_sums_do_not_depend_on_the_chunks(store: Store, tmp_path: Path) -> None:
    """One by one, or all at once."""
    fills, reversals = some(60)
    records: list[Identified] = [(fill, None) for fill in fills]
    records += [(reversal, None) for reversal in reversals]
    other = Store(tmp_path / "other.db")
    other.write(records)
    store.write(records)

    while store.roll_up(1):
        pass
    assert other.roll_up(1_000) == 80

    assert store.tallies("pair") == other.tallies("pair")
    assert store.tallies("day") == other.tallies("day")
    other.close()


def test_what_fails_on_the_way_is_not_half_taken_in(store: Store, ledger_path: Path) -> None:
    """The watermark is written with the sums: here that last step fails, and later goes well."""
    store.write([(made(1), None), (made(2), None)])
    with closing(sqlite3.connect(ledger_path)) as other:
        other.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON meta BEGIN SELECT RAISE(ABORT, 'no'); END"
        )

    with pytest.raises(LedgerUnavailable):
        store.roll_up()
    failed = store.tallies(None), store.waiting()
    with closing(sqlite3.connect(ledger_path)) as other:
        other.execute("DROP TRIGGER refuse")
    taken = store.roll_up()

    assert failed == ([(None, Tally())], 2)
    assert (taken, store.waiting(), store.roll_up()) == (2, 0, 0)
    assert store.tallies(None)[0][1].fills == 2


def test_absurd_values_are_bounded(store: Store) -> None:
    """A quotient out of all proportion does not stop the sums of the others."""
    odd = made(1, entry_edge_cents=1e8, realized_edge_cents=0.01, pnl_cents=1e8, size_usd=1e9)
    stored(store, [odd, made(2, entry_edge_cents=-1e8, pnl_cents=2.5e7)])

    tally = store.tallies(None)[0][1]

    assert (tally.entry, tally.contracts_milli) == (0, 10**13 + 10**10)


def test_buckets_are_those_of_stored_ledgers() -> None:
    """Ledgers hold places in these bounds: other bounds here need a migration of `spreads`."""
    assert HEDGE_SECONDS == (0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.5, 1, 2.5, 5, 10)
    assert LIFETIME_SECONDS == (0.5, 1, 2, 5, 10, 20, 60, 300, 1800, 3600, 14400)
