"""Results in order: drawdown and Sharpe, against hand-worked numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.ledger.statistics import Summary, daily_returns, sharpe_ratio


def test_drawdown_is_measured_from_the_best_so_far() -> None:
    """+5, -7, +1: 5 was the best, -2 the lowest since, -1 is now."""
    summary = Summary().after([5, -7, 1])

    assert (summary.peak, summary.max_drawdown, summary.drawdown) == (5, -7, -6)


@given(st.lists(st.integers(-10_000, 10_000)), st.integers(0, 100))
def test_drawdown_is_never_positive(results: list[int], cut: int) -> None:
    """Neither now nor at its worst, and the order of commits does not matter to the sums."""
    summary = Summary().after(results[:cut]).after(results[cut:])

    assert summary.max_drawdown <= summary.drawdown <= 0
    assert summary.realized == sum(results)
    assert summary == Summary().after(results)


def test_days_without_a_fill_return_nothing() -> None:
    """Every day from the first up to yesterday counts, as 0 when nothing was filled."""
    days = {10: 100_000_000, 12: -50_000_000, 14: 7}

    assert daily_returns(days, equity_usd=10_000, today=14) == [0.01, 0, -0.005, 0]


def test_sharpe_is_absent_below_twenty_days() -> None:
    """Nineteen results say too little, and results without variation say nothing."""
    assert sharpe_ratio([0.01, -0.01] * 9 + [0.01]) is None
    assert sharpe_ratio([0.01] * 30) is None


def test_sharpe_is_annualised_over_365_days() -> None:
    """Mean 0.001, sample deviation of ±0.001 around it: worked by hand."""
    returns = [0.0, 0.002] * 10

    deviation = math.sqrt(20 * 0.001**2 / 19)
    assert sharpe_ratio(returns) == pytest.approx(0.001 / deviation * math.sqrt(365))
