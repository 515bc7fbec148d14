"""The P&L report: the ledger's results, hour by hour and day by day."""

from datetime import datetime, timedelta
from itertools import accumulate

from arbwatch.answers import DayResult, EquityPoint, PnlReport
from arbwatch.events import utc_now
from exporter.ledger.ledger import Ledger
from exporter.ledger.schema import EPOCH, microseconds, to_usd
from exporter.ledger.statistics import Totals, daily_returns, sharpe_ratio
from exporter.ledger.store import Store


class Pnl:
    """Builds the report of `GET /api/pnl`."""

    def __init__(self, ledger: Ledger, totals: Totals, *, equity_usd: float) -> None:
        self._ledger = ledger
        self._totals = totals
        self._equity_usd = equity_usd

    async def report(self) -> PnlReport:
        """The results of all fills stored so far."""
        hours = await self._ledger.read(Store.hourly_results)
        days = await self._ledger.read(Store.daily_results)
        now = utc_now()
        returns = daily_returns(
            self._totals.days, equity_usd=self._equity_usd, today=(now - EPOCH).days
        )
        return PnlReport(
            realized_usd=to_usd(self._totals.realized),
            day_usd=to_usd(self._totals.on_day(microseconds(now))),
            drawdown_usd=to_usd(self._totals.drawdown),
            max_drawdown_usd=to_usd(self._totals.max_drawdown),
            sharpe_ratio=sharpe_ratio(returns),
            sharpe_samples=len(returns),
            curve=_curve(hours, now),
            days=[_day(day, pnl, fills) for day, pnl, fills in days],
        )


def _curve(hours: list[tuple[int, int]], now: datetime) -> list[EquityPoint]:
    cumulative = accumulate(pnl for _, pnl in hours)
    return [
        EquityPoint(timestamp=min(EPOCH + timedelta(hours=hour + 1), now), pnl_usd=to_usd(total))
        for (hour, _), total in zip(hours, cumulative, strict=True)
    ]


def _day(day: int, pnl: int, fills: int) -> DayResult:
    date = (EPOCH + timedelta(days=day)).date()
    return DayResult(day=date.isoformat(), pnl_usd=to_usd(pnl), fills=fills)
