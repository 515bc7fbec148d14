"""Results in order: drawdown and Sharpe, against hand-worked numbers."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.ledger.statistics import (
    MICROSECONDS_A_DAY,
    Totals,
    daily_returns,
    sharpe_ratio,
)


def totals(results: list[int]) -> Totals:
    """Running totals over these results, one a day."""
    running = Totals()
    running.add_all([(day * MICROSECONDS_A_DAY, pnl) for day, pnl in enumerate(results)])
    return running


def test_drawdown_is_measured_from_the_best_so_far() -> None:
    """+5, -7, +1: 5 was the best, -2 the lowest since, -1 is now."""
    running = totals([5, -7, 1])

    assert (running.peak, running.max_drawdown, running.drawdown) == (5, -7, -6)


@given(st.lists(st.integers(-10_000, 10_000)))
def test_drawdown_is_never_positive(results: list[int]) -> None:
    """Neither now nor at its worst, and now is never below the worst."""
    running = totals(results)

    assert running.max_drawdown <= running.drawdown <= 0
    assert running.realized == sum(results) == sum(running.days.values())


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
