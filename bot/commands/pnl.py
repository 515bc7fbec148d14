"""/pnl: what was earned in a time, in a few lines and a chart."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Literal, get_args

from arbwatch.answers import DayResult, EquityPoint, PnlReport, StatsRow
from bot.cards.notices import usd
from bot.commands.answer import Answer, Chart, Context
from bot.commands.drawing import NOT_DRAWN, draw_pnl

Period = Literal["day", "week", "month"]
PERIODS: tuple[Period, ...] = get_args(Period)
DEFAULT_PERIOD: Period = "day"

# Whole days in UTC. What the limits of loss count is told beside it: since Monday, and this month.
_DAYS: dict[Period, int] = {"day": 1, "week": 7, "month": 30}
_NAMES: dict[Period, str] = {"day": "today (UTC)", "week": "7 days (UTC)", "month": "30 days (UTC)"}

Result = tuple[str, float]


async def pnl(context: Context, period: Period = DEFAULT_PERIOD) -> Answer:
    """What was earned in whole days up to now."""
    now = context.now()
    first = now.date() - timedelta(days=_DAYS[period] - 1)
    since = datetime.combine(first, time(), tzinfo=UTC)
    report, stats = await asyncio.gather(context.api.pnl(), context.api.stats(since=first))
    text = "\n".join([f"💵 P&L {_NAMES[period]}", *_lines(report, stats.total, period, since)])
    png = await context.drawing.draw(lambda: draw_pnl(report, since, now))
    if png is None:
        return Answer(f"{text}\n{NOT_DRAWN}", "failed")
    told = f"Realized P&L and drawdown, {_NAMES[period]}"
    return Answer(text, chart=Chart(name=f"pnl-{period}", png=png, description=told))


def _lines(report: PnlReport, trades: StatsRow, period: Period, since: datetime) -> list[str]:
    days = [day for day in report.days if day.day >= since.date().isoformat()]
    if not days:
        return ["No fills in this time."]
    earned = sum(day.pnl_usd for day in days)
    return [
        f"Realized: {usd(earned)} | Fills: {sum(day.fills for day in days):,}",
        f"Since Monday: {usd(report.week_usd)} | This month: {usd(report.month_usd)}",
        *_extremes(_hours(report.curve, since) if period == "day" else _daily(days), period),
        *_trades(trades),
        *_drawdowns(report),
        *_sharpe(report),
    ]


def _trades(trades: StatsRow) -> list[str]:
    if trades.hit_rate is None:
        return []
    lost = trades.profit_factor
    factor = "" if lost is None else f" | Profit factor: {lost:,.2f}"
    return [f"Hit rate: {trades.hit_rate:.0%} of {trades.trades:,}{factor}"]


def _drawdowns(report: PnlReport) -> list[str]:
    """Now and at its deepest, with the UTC days of the peak before it and of the low."""
    since, low = report.drawdown_since, report.max_drawdown_to
    return [
        f"Drawdown now: {usd(report.drawdown_usd)}" + (f" (since {_date(since)})" if since else ""),
        f"Deepest ever: {usd(report.max_drawdown_usd)}"
        + (f" ({-report.max_drawdown_ratio:.2%}, {_date(low)})" if low else ""),
    ]


def _sharpe(report: PnlReport) -> list[str]:
    """With its 95 % interval, where there is one."""
    ratio, low, high = report.sharpe_ratio, report.sharpe_low, report.sharpe_high
    if ratio is None or low is None or high is None:
        return []
    days = report.sharpe_samples
    return [f"Sharpe: {ratio:.2f} ({low:.2f} to {high:.2f} at 95%, {days} days)"]


def _date(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


def _extremes(results: Sequence[Result], period: Period) -> list[str]:
    """The best and the worst, where there is more than one."""
    if len(results) < 2:
        return []
    unit = "hour" if period == "day" else "day"
    best, worst = (pick(results, key=lambda result: result[1]) for pick in (max, min))
    return [
        f"Best {unit}: {usd(best[1])} ({best[0]})",
        f"Worst {unit}: {usd(worst[1])} ({worst[0]})",
    ]


def _daily(days: Sequence[DayResult]) -> list[Result]:
    return [(day.day, day.pnl_usd) for day in days]


def _hours(curve: Sequence[EquityPoint], since: datetime) -> list[Result]:
    """The result of each hour that ended after a time, by when the hour began."""
    start = EquityPoint(timestamp=since, pnl_usd=0.0, drawdown_usd=0.0)
    return [
        (f"{_hour(point):%H:%M}", point.pnl_usd - before.pnl_usd)
        for before, point in pairwise([start, *curve])
        if point.timestamp > since
    ]


def _hour(point: EquityPoint) -> datetime:
    """When the hour of a point began: points stand at the ends, the last one at the present."""
    moment = point.timestamp.astimezone(UTC) - timedelta(microseconds=1)
    return moment.replace(minute=0, second=0, microsecond=0)
