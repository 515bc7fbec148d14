"""What the ledger's sums mean: daily returns and Sharpe, as pure functions of results in order.

Amounts are micro-dollars unless a name says otherwise.
"""

import math
import statistics

SHARPE_MIN_DAYS = 20
DAYS_A_YEAR = 365  # prediction markets trade every day


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
