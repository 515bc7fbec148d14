"""Returns on equity, and the ratios of what they earned to how they varied."""

import math
from statistics import fmean

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
    number = len(returns)
    if number < MIN_DAYS or (shape := _shape(returns)) is None:
        return None
    daily = shape.mean / (shape.deviation * math.sqrt(number / (number - 1)))
    # Never negative, since kurtosis >= skew² + 1; but it is rounded.
    spread = max(0.0, 1 - shape.skew * daily + (shape.kurtosis - 1) / 4 * daily**2)
    error = math.sqrt(spread / (number - 1))
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


class _Shape(msgspec.Struct, frozen=True):
    """From the moments of all values; the kurtosis of a normal distribution is 3."""

    mean: float
    deviation: float
    skew: float
    kurtosis: float


def _shape(values: list[float]) -> _Shape | None:
    """`None` without any variation, or where it is too small to be squared twice."""
    if min(values) == max(values):
        return None
    mean = fmean(values)
    squares = [(value - mean) ** 2 for value in values]
    second, fourth = fmean(squares), fmean(square * square for square in squares)
    if fourth == 0:
        return None
    third = fmean((value - mean) * square for value, square in zip(values, squares, strict=True))
    return _Shape(mean, math.sqrt(second), third / second**1.5, fourth / second**2)
