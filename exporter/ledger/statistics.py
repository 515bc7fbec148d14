"""What the ledger's sums mean: drawdown and Sharpe, as pure functions of results in order.

Amounts are micro-dollars unless a name says otherwise.
"""

import math
import statistics

import msgspec

SHARPE_MIN_DAYS = 20
DAYS_A_YEAR = 365  # prediction markets trade every day
MICROSECONDS_AN_HOUR = 3_600_000_000

# By hour since 1970: micro-dollars, fills.
Hours = dict[int, tuple[int, int]]


class Summary(msgspec.Struct, frozen=True):
    """Where all results together stand, in ledger order; drawdowns are 0 or negative."""

    realized: int = 0
    peak: int = 0
    max_drawdown: int = 0

    @property
    def drawdown(self) -> int:
        """How far the results stand below their best so far."""
        return self.realized - self.peak

    def after(self, results: list[int]) -> "Summary":
        """Where they stand once these are in."""
        realized, peak, low = self.realized, self.peak, self.max_drawdown
        for pnl in results:
            realized += pnl
            if realized > peak:
                peak = realized
            elif realized - peak < low:
                low = realized - peak
        return Summary(realized, peak, low)


class Totals(msgspec.Struct):
    """The summary, and the result of each UTC day since 1970, as they are now."""

    summary: Summary = Summary()
    days: dict[int, int] = {}

    def take_in(self, summary: Summary, hours: Hours) -> None:
        """What one commit made of the summary, and what it added to which hours."""
        self.summary = summary
        for hour, (pnl, _) in hours.items():
            day = hour // 24
            self.days[day] = self.days.get(day, 0) + pnl


def by_hour(times_us: list[int], results: list[int], *, fills: int) -> Hours:
    """Sums by hour; the first `fills` of the results are fills, the others reversals."""
    first, last = min(times_us) // MICROSECONDS_AN_HOUR, max(times_us) // MICROSECONDS_AN_HOUR
    if first == last:  # as nearly every commit is
        return {first: (sum(results), fills)}
    hours: Hours = {}
    for place, (time_us, result) in enumerate(zip(times_us, results, strict=True)):
        hour = time_us // MICROSECONDS_AN_HOUR
        before = hours.get(hour, (0, 0))
        hours[hour] = (before[0] + result, before[1] + (place < fills))
    return hours


def daily_returns(days: dict[int, int], *, equity_usd: float, today: int) -> list[float]:
    """Returns on equity of each complete day since the first, days without a fill as 0."""
    if not days:
        return []
    equity = equity_usd * 1_000_000
    return [days.get(day, 0) / equity for day in range(min(days), today)]


def sharpe_ratio(returns: list[float]) -> float | None:
    """Annualised mean over standard deviation; `None` below 20 days or without any variation."""
    if len(returns) < SHARPE_MIN_DAYS:
        return None
    deviation = statistics.stdev(returns)
    if deviation == 0:
        return None
    return statistics.fmean(returns) / deviation * math.sqrt(DAYS_A_YEAR)
