"""The money of a fill holds together."""

import pytest

from arbwatch.demo.run import Options
from arbwatch.demo.scenarios import SCENARIOS
from arbwatch.events import Edge, Fill
from tests.demo.runs import of, run_demo

SCENARIO_NAMES = ["frozen-leg", "one-legged", "backlogged-feed", "daily-loss"]


@pytest.fixture(scope="module", params=SCENARIO_NAMES)
def fills(request: pytest.FixtureRequest) -> list[Fill]:
    """The fills of ten minutes of a scenario."""
    options = Options(run="test", scenario=SCENARIOS[request.param], duration_seconds=600)
    return of(Fill, run_demo(options))


def test_realized_is_entry_minus_slippage(fills: list[Fill]) -> None:
    """All three per contract and after fees."""
    for fill in fills:
        expected = fill.entry_edge_cents - fill.slippage_cents
        assert fill.realized_edge_cents == pytest.approx(expected, abs=1e-9)


def test_pnl_is_realized_times_contracts(fills: list[Fill]) -> None:
    """Contracts follow from the size: a package costs 100 cents minus entry edge and fees."""
    for fill in fills:
        if fill.status == "filled":
            price_cents = 100 - fill.entry_edge_cents - fill.fees_cents
            contracts = fill.size_usd * 100 / price_cents
            assert contracts == pytest.approx(round(contracts), abs=1e-6)
            assert fill.pnl_cents == pytest.approx(fill.realized_edge_cents * contracts, abs=1e-6)


def test_pnl_is_realized_times_contracts_on_one_leg_too(fills: list[Fill]) -> None:
    """A whole number of contracts of at most a dollar each."""
    for fill in fills:
        if fill.status == "one_legged":
            contracts = fill.pnl_cents / fill.realized_edge_cents
            assert contracts == pytest.approx(round(contracts), abs=1e-6)
            assert 0 < fill.size_usd < round(contracts)
            assert fill.pnl_cents < 0


def test_pnl_is_exact_to_the_micro_dollar(fills: list[Fill]) -> None:
    """Four decimals of a cent say all."""
    for fill in fills:
        assert fill.pnl_cents == round(fill.pnl_cents, 4)


def test_a_fill_enters_at_the_edge_that_was_pushed_with_it() -> None:
    """The edge right before the fill is of the same pair and as large."""
    events = run_demo(Options(run="test", duration_seconds=600))

    found = [(events[i - 1], e) for i, e in enumerate(events) if isinstance(e, Fill)]
    assert found
    for before, fill in found:
        assert isinstance(before, Edge)
        assert (before.pair_id, before.net_edge_cents) == (fill.pair_id, fill.entry_edge_cents)
