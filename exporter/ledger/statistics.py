"""What the ledger's sums mean: drawdown and Sharpe, as pure functions of results in order.

Amounts are micro-dollars unless a name says otherwise.
"""

import math
import statistics

import msgspec

SHARPE_MIN_DAYS = 20
DAYS_A_YEAR = 365  # prediction markets trade every day
MICROSECONDS_A_DAY = 86_400_000_000


class Totals(msgspec.Struct):
    """Running results in ledger order; drawdowns are 0 or negative."""

    realized: int = 0
    peak: int = 0
    max_drawdown: int = 0
    days: dict[int, int] = {}

    @property
    def drawdown(self) -> int:
        """How far the results stand below their best so far."""
        return self.realized - self.peak

    def add_all(self, results: list[tuple[int, int]]) -> None:
        """Take in (microseconds since 1970, result) of fills and reversals, in ledger order."""
        realized, peak, low = self.realized, self.peak, self.max_drawdown
        days = self.days
        for timestamp_us, pnl in results:
            realized += pnl
            if realized > peak:
                peak = realized
            elif realized - peak < low:
                low = realized - peak
            day = timestamp_us // MICROSECONDS_A_DAY
            days[day] = days.get(day, 0) + pnl
        self.realized, self.peak, self.max_drawdown = realized, peak, low

    def on_day(self, timestamp_us: int) -> int:
        """The result of the UTC day that holds this time."""
        return self.days.get(timestamp_us // MICROSECONDS_A_DAY, 0)


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
