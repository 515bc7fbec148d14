"""Rows of the statistics, from sums that were worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.ledger.tallies import EdgeTally, Tally
from exporter.statistics.rows import Scale, most_contracts, stats_row

DOLLAR = 1_000_000
SCALE = Scale(most_contracts=500, seen=40, is_of_leader=True)

# Two trades: 60 contracts at 3.2 cents that realized 2.5 (+1.50), with 0.4 of slippage and 0.3 of
# fees; and 50 contracts at 3 cents that lost 1 (-0.50), with 0.5 of slippage and 0.4 of fees.
TALLY = Tally(
    pnl=DOLLAR,
    fills=2,
    trades=2,
    wins=1,
    losses=1,
    won=1_500_000,
    lost=-500_000,
    size=110 * DOLLAR,
    entry=60 * 32_000 + 50 * 30_000,
    realized=DOLLAR,
    slippage=60 * 4_000 + 50 * 5_000,
    fees=60 * 3_000 + 50 * 4_000,
    contracts_milli=110_000,
)
EDGES = EdgeTally(
    seen=10,
    filled=2,
    missed=3,
    small=5,
    missed_best=9 * 10_000,
    lifetime_us=25_000_000,
    expected_slippage=8_000,
    expected=2,
    paid_slippage=9_000,
)


def test_trades_worked_by_hand() -> None:
    """One won 1.50, the other lost 0.50."""
    row = stats_row("kalshi", TALLY, EDGES, SCALE)

    assert (row.pnl_usd, row.hit_rate, row.leader_right) == (1.0, 0.5, 0.5)
    assert (row.average_win_usd, row.average_loss_usd, row.profit_factor) == (1.5, -0.5, 3.0)
    assert row.capture_ratio == pytest.approx(1.0 / 3.42)
    assert row.entry_edge_cents == pytest.approx(342 / 110)
    assert row.realized_edge_cents == pytest.approx(100 / 110)
    assert row.slippage_cents == pytest.approx(49 / 110)


def test_the_waterfall_worked_by_hand() -> None:
    """3.80 gross, 0.38 of fees, 0.49 of slippage: 2.93 of which 1.00 came."""
    row = stats_row(None, TALLY, EDGES, SCALE)

    steps = (row.gross_usd, row.fees_usd, row.slippage_usd, row.net_usd, row.realized_usd)
    assert steps == pytest.approx((3.8, 0.38, 0.49, 2.93, 1.0))
    assert row.other_usd == pytest.approx(-1.93)


def test_edges_worked_by_hand() -> None:
    """Three were missed with 9 cents in all: 250 USD a contract's legs allow 500 contracts."""
    row = stats_row("kalshi", TALLY, EDGES, SCALE)

    assert most_contracts([250.0, 400.0]) == 500
    assert (row.missed_best_cents, row.missed_at_most_usd) == (9.0, 45.0)
    assert (row.edge_lifetime_mean_seconds, row.led_share) == (2.5, 0.25)
    assert (row.expected_slippage_cents, row.paid_slippage_cents) == (0.4, 0.45)


def test_what_is_not_defined_is_absent() -> None:
    """No trade has no mean, nothing lost no factor, no promise no capture."""
    empty = stats_row("pm-1:k-1", Tally(), None, Scale(most_contracts=500))
    won = stats_row(None, Tally(trades=1, wins=1, won=5, entry=-3, realized=5), None, SCALE)

    assert empty.pnl_usd == empty.gross_usd == 0
    assert empty.hit_rate is empty.average_win_usd is empty.entry_edge_cents is None
    assert empty.edges_seen is empty.missed_at_most_usd is empty.led_share is None
    assert won.profit_factor is won.average_loss_usd is won.capture_ratio is None
    assert won.leader_right is None


@given(st.integers(1, 10**12), st.integers(-(10**9), 10**9), st.integers(0, 10**9))
def test_capture_is_one_when_all_was_realized(entry: int, slippage: int, fees: int) -> None:
    """And the waterfall always arrives at what was realized."""
    row = stats_row(
        None, Tally(entry=entry, realized=entry, slippage=slippage, fees=fees), None, SCALE
    )

    assert row.capture_ratio == 1
    assert row.gross_usd - row.fees_usd - row.slippage_usd + row.other_usd == pytest.approx(
        row.realized_usd, abs=1e-6
    )
