"""Categories and leaders that engines make up: never more of them than can be told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from exporter.ledger.store import Store
from exporter.ledger.tallies import MAX_NAMED, Group
from tests.exporter.test_rollup import made


@pytest.fixture
def store(ledger_path: Path) -> Iterator[Store]:
    """A ledger of many fills, each with a category and a leader of its own; the first lost most."""
    opened = Store(ledger_path)
    names = range(MAX_NAMED + 50)
    fills = [
        made(n, category=f"odd-{n}", leader=f"odd-{n}", pnl_cents=-9_999 if n == 0 else n)
        for n in names
    ]
    fills += [made(1_000, category="crypto", leader="kalshi"), made(1_001)]
    opened.write([(fill, None) for fill in fills])
    while opened.roll_up():
        pass
    yield opened
    opened.close()


@pytest.mark.parametrize("by", ["category", "leader"])
def test_those_that_won_or_lost_most_are_told(store: Store, by: Group) -> None:
    """The largest loss among them, the smallest gains not."""
    names = [name for name, _ in store.tallies(by)]

    assert len(names) == MAX_NAMED
    assert "odd-0" in names
    assert "odd-1" not in names


def test_to_the_gauges_all_odd_names_are_one(store: Store) -> None:
    """Known ones stand alone, and so does what has no name."""
    rows = store.trades(categories=["crypto", "sports"], leaders=["kalshi"])

    assert [(category, leader, tally.fills) for category, leader, tally in rows] == [
        (None, None, 1),
        ("crypto", "kalshi", 1),
        ("other", "other", MAX_NAMED + 50),
    ]
