"""The P&L report: the ledger's results, hour by hour and day by day."""

from datetime import datetime, timedelta
from itertools import accumulate, groupby

from arbwatch.answers import DayResult, EquityPoint, PnlReport
from arbwatch.events import utc_now
from exporter.ledger.statistics import daily_returns, sharpe_ratio
from exporter.ledger.totals import Totals
from exporter.ledger.units import EPOCH, to_usd
from exporter.limits_in_force import LimitsInForce


class Pnl:
    """Builds the report of `GET /api/pnl`."""

    def __init__(self, totals: Totals, *, limits: LimitsInForce) -> None:
        self._totals = totals
        self._limits = limits

    async def report(self) -> PnlReport:
        """The results of all fills stored so far."""
        hours = [
            (hour, segment.pnl, segment.fills)
            for hour, segment in sorted(self._totals.hours.items())
        ]
        now = utc_now()
        today = (now - EPOCH).days
        drawdown = self._totals.drawdown()
        returns = daily_returns(
            self._totals.days, equity_usd=self._limits.now.equity_usd, today=today
        )
        return PnlReport(
            realized_usd=to_usd(self._totals.realized),
            day_usd=to_usd(self._totals.day(today)),
            drawdown_usd=to_usd(drawdown.now),
            max_drawdown_usd=to_usd(drawdown.deepest),
            sharpe_ratio=sharpe_ratio(returns),
            sharpe_samples=len(returns),
            curve=_curve(hours, now),
            days=_days(hours),
        )


def _curve(hours: list[tuple[int, int, int]], now: datetime) -> list[EquityPoint]:
    cumulative = accumulate(pnl for _, pnl, _ in hours)
    return [
        EquityPoint(timestamp=min(EPOCH + timedelta(hours=hour + 1), now), pnl_usd=to_usd(total))
        for (hour, _, _), total in zip(hours, cumulative, strict=True)
    ]


def _days(hours: list[tuple[int, int, int]]) -> list[DayResult]:
    results = []
    for day, rows in groupby(hours, key=lambda row: row[0] // 24):
        sums = [sum(column) for column in zip(*rows, strict=True)]
        date = (EPOCH + timedelta(days=day)).date()
        results.append(DayResult(day=date.isoformat(), pnl_usd=to_usd(sums[1]), fills=sums[2]))
    return results
