"""Daily returns and Sharpe, against hand-worked numbers."""

import math

import pytest

from exporter.ledger.statistics import daily_returns, sharpe_ratio


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
