"""Returns on equity, and the ratios of what they earned to how they varied."""

import math
from statistics import fmean, stdev

import msgspec

from exporter.ledger.units import MICROUSD_PER_USD

MIN_DAYS = 20
DAYS_A_YEAR = 365  # prediction markets trade every day
Z_95 = 1.959963984540054  # 95 % of a normal distribution lie within so many deviations


class Sharpe(msgspec.Struct, frozen=True):
    """An annualised Sharpe ratio, and the 95 % interval around it."""

    ratio: float
    low: float
    high: float


def daily_returns(
    days: dict[int, int], *, equity_usd: float, first: int | None = None, last: int
) -> list[float]:
    """Returns on equity of the UTC days since 1970 from `first` to `last`, both included.

    It begins no earlier than with the first day that has a result; days without one return 0.
    """
    if not days:
        return []
    begin = min(days) if first is None else max(min(days), first)
    equity = equity_usd * MICROUSD_PER_USD
    return [days.get(day, 0) / equity for day in range(begin, last + 1)]


def sharpe(returns: list[float]) -> Sharpe | None:
    """Mean over sample deviation of daily returns; `None` below 20 days or without variation.

    The interval is the ratio ± 1.96 standard errors, with the error of Mertens (2002) as in Bailey
    and Lopez de Prado, "The Sharpe Ratio Efficient Frontier" (2012), from the returns' own skew and
    kurtosis: sqrt((1 - skew SR + (kurtosis - 1) / 4 SR²) / (n - 1)) of the daily ratio SR. It takes
    days to be independent of each other: autocorrelation is not corrected.
    """
    if len(returns) < MIN_DAYS or (deviation := stdev(returns)) == 0:
        return None
    daily = fmean(returns) / deviation
    skew, kurtosis = _shape(returns)
    # Never negative, since kurtosis >= skew² + 1; but it is rounded.
    spread = max(0.0, 1 - skew * daily + (kurtosis - 1) / 4 * daily**2)
    error = math.sqrt(spread / (len(returns) - 1))
    year = math.sqrt(DAYS_A_YEAR)
    return Sharpe(daily * year, (daily - Z_95 * error) * year, (daily + Z_95 * error) * year)


def sortino(returns: list[float]) -> float | None:
    """Annualised mean over the deviation of the days below 0, the target, over all days.

    `None` below 20 days or without a losing day. Sortino and van der Meer, "Downside Risk" (1991).
    """
    if len(returns) < MIN_DAYS:
        return None
    downside = math.sqrt(fmean(min(value, 0.0) ** 2 for value in returns))
    return fmean(returns) / downside * math.sqrt(DAYS_A_YEAR) if downside else None


def _shape(values: list[float]) -> tuple[float, float]:
    """Skew and kurtosis (3 for a normal distribution) from the moments of the values."""
    mean = fmean(values)
    second, third, fourth = (
        fmean((value - mean) ** power for value in values) for power in (2, 3, 4)
    )
    return third / second**1.5, fourth / second**2
