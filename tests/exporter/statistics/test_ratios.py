"""Returns, Sharpe and Sortino: worked by hand, and against numpy."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.statistics.ratios import daily_returns, sharpe, sortino

YEAR = math.sqrt(365)
# A day's result in cents, on equity of 10,000 USD: no return is too small to square.
RETURNS = st.lists(st.integers(-100_000, 100_000).map(lambda cents: cents / 1e6), min_size=20)


def test_days_without_a_fill_return_nothing() -> None:
    """Every day from the first with a result counts, as 0 when nothing was filled."""
    days = {10: 100_000_000, 12: -50_000_000, 14: 7}

    assert daily_returns(days, equity_usd=10_000, last=13) == [0.01, 0, -0.005, 0]
    assert daily_returns(days, equity_usd=10_000, first=11, last=12) == [0, -0.005]
    assert daily_returns(days, equity_usd=10_000, first=3, last=10) == [0.01]
    assert daily_returns({}, equity_usd=10_000, first=3, last=10) == []


def test_ratios_are_absent_below_twenty_days() -> None:
    """Nineteen results say too little, and results without variation say nothing."""
    assert sharpe([0.01, -0.01] * 9 + [0.01]) is None
    assert sharpe([0.01] * 30) is sharpe([0.0, 1e-300] * 15) is None
    assert sortino([0.01, -0.01] * 9 + [0.01]) is None
    assert sortino([0.01, 0.0] * 10) is None


def test_ratios_worked_by_hand() -> None:
    """Ten days of 0.3 % and ten of -0.1 %: mean 0.1 %, 0.2 % around it either way.

    Skew is 0 and kurtosis 1, so that the standard error is that of 1/sqrt(n - 1) alone.
    """
    returns = [0.003, -0.001] * 10

    found = sharpe(returns)

    daily = 0.001 / math.sqrt(20 * 0.002**2 / 19)
    error = 1.959964 / math.sqrt(19)
    assert found is not None
    assert found.ratio == pytest.approx(daily * YEAR)
    assert found.low == pytest.approx((daily - error) * YEAR)
    assert found.high == pytest.approx((daily + error) * YEAR)
    assert sortino(returns) == pytest.approx(0.001 / math.sqrt(0.001**2 / 2) * YEAR)


@given(RETURNS)
def test_ratios_agree_with_numpy(returns: list[float]) -> None:
    """Sharpe, its interval from skew and kurtosis, and Sortino, written anew over arrays."""
    values = np.array(returns)
    found = sharpe(returns)
    if found is not None:
        daily = values.mean() / values.std(ddof=1)
        around = (values - values.mean()) / values.std()
        skew, kurtosis = (around**3).mean(), (around**4).mean()
        variance = (1 - skew * daily + (kurtosis - 1) / 4 * daily**2) / (len(values) - 1)
        half = 1.959964 * np.sqrt(max(variance, 0))

        assert found.ratio == pytest.approx(daily * YEAR, rel=1e-6)
        assert found.high - found.low == pytest.approx(2 * half * YEAR, rel=1e-5, abs=1e-5)
    losses = np.minimum(values, 0)
    downside = np.sqrt((losses**2).mean())
    assert sortino(returns) == (
        pytest.approx(values.mean() / downside * YEAR, rel=1e-6) if downside else None
    )


@given(RETURNS, st.floats(0.01, 100))
def test_ratios_do_not_depend_on_the_equity(returns: list[float], factor: float) -> None:
    """Returns twice as large vary twice as much."""
    scaled = [value * factor for value in returns]
    first, second = sharpe(returns), sharpe(scaled)
    before, after = sortino(returns), sortino(scaled)

    assert (before is None) == (after is None)
    if before is not None:
        assert after == pytest.approx(before, rel=1e-6)
    assert (first is None) == (second is None)
    if first and second:
        assert second.ratio == pytest.approx(first.ratio, rel=1e-6)
        assert second.low == pytest.approx(first.low, rel=1e-4, abs=1e-4)


@given(RETURNS)
def test_the_interval_is_around_the_ratio(returns: list[float]) -> None:
    """Whatever the shape of the returns, it is a number and holds the ratio."""
    found = sharpe(returns)

    if found is not None:
        assert found.low <= found.ratio <= found.high
        assert math.isfinite(found.low + found.high)
