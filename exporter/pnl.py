"""The P&L report: the ledger's results, hour by hour, by day, week and month."""

from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import groupby

import msgspec

from arbwatch.answers import DayResult, EquityPoint, PeriodResult, PnlReport
from exporter.ledger.segments import Segment
from exporter.ledger.totals import HOURS_A_DAY, Totals
from exporter.ledger.units import EPOCH, to_usd
from exporter.limits_in_force import LimitsInForce
from exporter.statistics.periods import Period, date_of, day_of, first_day, name_of
from exporter.statistics.ratios import daily_returns
from exporter.statistics.risk import risk_stats

Hours = list[tuple[int, Segment]]
# A day since 1970, its micro-dollars, its fills.
Days = list[tuple[int, int, int]]


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
        days = _days(hours)
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
                DayResult(day=date_of(day).isoformat(), pnl_usd=to_usd(pnl), fills=fills)
                for day, pnl, fills in days
            ],
            weeks=_results("week", days),
            months=_results("month", days),
        )


def _curve(hours: Hours, now: datetime) -> list[EquityPoint]:
    points = []
    level = peak = 0
    for hour, segment in hours:
        peak = max(peak, level + segment.high)
        level += segment.pnl
        point = EquityPoint(
            timestamp=min(EPOCH + timedelta(hours=hour + 1), now),
            pnl_usd=to_usd(level),
            drawdown_usd=to_usd(level - peak),
        )
        points.append(point)
    return points


def _days(hours: Hours) -> Days:
    """Each day with a result: hours of years are many, so they are added up once."""
    days = []
    for day, rows in groupby(hours, key=lambda each: each[0] // HOURS_A_DAY):
        segments = [segment for _, segment in rows]
        pnl = sum(segment.pnl for segment in segments)
        days.append((day, pnl, sum(segment.fills for segment in segments)))
    return days


def _results(period: Period, days: Days) -> list[PeriodResult]:
    """Each period with a result, in order."""
    results = []
    for name, rows in groupby(days, key=lambda each: name_of(period, each[0])):
        _, pnls, fills = zip(*rows, strict=True)
        results.append(PeriodResult(period=name, pnl_usd=to_usd(sum(pnls)), fills=sum(fills)))
    return results
