"""The P&L report: the ledger's results, hour by hour, by day, week and month."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from arbwatch.answers import DayResult, EquityPoint, PeriodResult, PnlReport
from exporter.ledger.segments import Segment
from exporter.ledger.totals import HOURS_A_DAY, Totals
from exporter.ledger.units import EPOCH, to_usd
from exporter.limits_in_force import LimitsInForce
from exporter.statistics.periods import Period, day_of, first_day, name_of
from exporter.statistics.ratios import daily_returns
from exporter.statistics.risk import risk_stats

Hours = list[tuple[int, Segment]]


class Pnl:
    """Builds the report of `GET /api/pnl`."""

    def __init__(
        self, totals: Totals, *, limits: LimitsInForce, now: Callable[[], datetime]
    ) -> None:
        self._totals = totals
        self._limits = limits
        self._now = now

    def report(self) -> PnlReport:
        """The results of all fills stored so far."""
        now, totals, equity_usd = self._now(), self._totals, self._limits.now.equity_usd
        today, hours = day_of(now), sorted(totals.hours.items())
        returns = daily_returns(totals.days, equity_usd=equity_usd, last=today - 1)
        risk = risk_stats(totals.drawdown(), returns, equity_usd=equity_usd)
        return PnlReport(
            **msgspec.structs.asdict(risk),
            equity_usd=equity_usd,
            realized_usd=to_usd(totals.realized),
            day_usd=to_usd(totals.day(today)),
            week_usd=to_usd(totals.between(first_day("week", today), today)),
            month_usd=to_usd(totals.between(first_day("month", today), today)),
            curve=_curve(hours, now),
            days=[
                DayResult(day=name, pnl_usd=pnl, fills=fills)
                for name, pnl, fills in _periods("day", hours)
            ],
            weeks=_results("week", hours),
            months=_results("month", hours),
        )


def _curve(hours: Hours, now: datetime) -> list[EquityPoint]:
    points = []
    total = Segment()
    for hour, segment in hours:
        total += segment
        point = EquityPoint(
            timestamp=min(EPOCH + timedelta(hours=hour + 1), now),
            pnl_usd=to_usd(total.pnl),
            drawdown_usd=to_usd(total.pnl - total.high),
        )
        points.append(point)
    return points


def _results(period: Period, hours: Hours) -> list[PeriodResult]:
    return [
        PeriodResult(period=name, pnl_usd=pnl, fills=fills)
        for name, pnl, fills in _periods(period, hours)
    ]


def _periods(period: Period, hours: Hours) -> Iterable[tuple[str, float, int]]:
    """Name, USD and fills of each period with a result, in order."""

    def name(each: tuple[int, Segment]) -> str:
        return name_of(period, each[0] // HOURS_A_DAY)

    for period_name, rows in groupby(hours, key=name):
        segments = [segment for _, segment in rows]
        pnl = sum(segment.pnl for segment in segments)
        yield period_name, to_usd(pnl), sum(segment.fills for segment in segments)
