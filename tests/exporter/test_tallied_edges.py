"""What ended edges came to, as it is handed in and asked for."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.ledger.store import Store
from exporter.ledger.tallies import EdgeTally


@pytest.fixture
def store(ledger_path: Path) -> Iterator[Store]:
    """An open ledger."""
    opened = Store(ledger_path)
    yield opened
    opened.close()


def test_edges_add_up_by_group(store: Store) -> None:
    """Over two hand-ins, by day, category and leader, and over some days."""
    one = EdgeTally(seen=2, filled=1, missed=1, missed_best=30_000, lifetime_us=9_000_000)
    store.add_edges([(20_000, "crypto", "kalshi", one), (20_001, None, "kalshi", one)])
    store.add_edges([(20_000, "crypto", "kalshi", one), (20_002, None, "polymarket", one)])

    assert store.edge_tallies("day") == [(20_000, one + one), (20_001, one), (20_002, one)]
    assert store.edge_tallies("category") == [(None, one + one), ("crypto", one + one)]
    assert store.edge_tallies("leader", 20_000, 20_001) == [("kalshi", one + one + one)]
    assert store.edge_tallies(None, first_day=20_002) == [(None, one)]
    assert store.edge_tallies(None, last_day=19_000) == [(None, EdgeTally())]


def test_lifetimes_are_counted_by_bucket(store: Store) -> None:
    """Handed in by day and bucket, with the edges or without; the last bucket has no bound."""
    store.add_edges([], [(20_000, 0, 3), (20_001, 11, 1)])
    store.add_edges([(20_000, None, "kalshi", EdgeTally(seen=1))], [(20_000, 0, 2)])

    assert store.spread("edge_lifetime") == [5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert store.spread("edge_lifetime", 20_001, 20_001)[0] == 0
    assert sum(store.spread("hedge_latency")) == 0


def test_sums_survive_a_restart(ledger_path: Path) -> None:
    """They are on disk when the call returns."""
    store = Store(ledger_path)
    store.add_edges([(20_000, None, "kalshi", EdgeTally(seen=1))])
    store.close()

    again = Store(ledger_path)

    assert again.edge_tallies("leader") == [("kalshi", EdgeTally(seen=1))]
    again.close()
