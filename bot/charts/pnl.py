"""The chart of realized P&L: what was earned in a time, and how deep it fell on the way."""

from datetime import datetime

from arbwatch.answers import PnlReport
from bot.charts.frame import (
    GAP,
    LEFT,
    MARGIN,
    RIGHT,
    Scale,
    draw_end,
    draw_times,
    draw_title,
    draw_values,
    nothing_to_show,
    seconds_a_column,
    spots,
    time_scale,
    value_scale,
)
from bot.charts.numbers import usd
from bot.charts.picture import FAINT, LINE, LOSS, MUTED, SMALL, Picture
from bot.charts.series import Point, drawdowns, earned_since, stairs, thin
from bot.charts.times import span
from bot.charts.words import width

_TITLE = "Realized P&L"
_TOP, _BOTTOM = 96, 362
_DRAWDOWN_NAME_Y, _DRAWDOWN_TOP, _DRAWDOWN_BOTTOM = 402, 434, 528
_LEAST_USD = 0.05


def pnl_chart(report: PnlReport, *, since: datetime, until: datetime) -> bytes:
    """PNG of the P&L earned since a time, in USD, counted from 0 there, by the hour.

    Below it the drawdown. Without a fill in this time it says so.
    """
    earned = earned_since(report.curve, since)
    if not earned:
        return nothing_to_show(_TITLE, "No fills in this time", since, until)
    # The exporter's clock may be a little ahead of ours.
    until = max(until, report.curve[-1].timestamp)
    points = [(since.timestamp(), 0.0), *earned, (until.timestamp(), earned[-1][1])]
    picture = Picture()
    draw_title(picture, _TITLE, span(since, until))
    _draw_earned(picture, points, since, until)
    _draw_drawdowns(picture, points, since, until)
    _draw_worst(picture, *worst_drawdown(report, earned))
    draw_times(picture, since, until)
    return picture.png()


def worst_drawdown(report: PnlReport, earned: list[Point]) -> tuple[str, float]:
    """What to call the deepest drawdown, and its USD, 0 or negative.

    It is the ledger's own where all its fills are shown. A part of the curve knows no fills, only
    what there was at the end of each hour.
    """
    if len(earned) == len(report.curve):
        return "Drawdown", report.max_drawdown_usd
    return "Drawdown, by the hour", min(value for _, value in drawdowns([(0.0, 0.0), *earned]))


def _draw_earned(picture: Picture, points: list[Point], since: datetime, until: datetime) -> None:
    time = time_scale(since, until)
    value = value_scale(
        (amount for _, amount in points), least=_LEAST_USD, top=_TOP, bottom=_BOTTOM
    )
    draw_values(picture, value, usd)
    shown = spots(stairs(thin(points, column_seconds=seconds_a_column(time))), time, value)
    picture.areas([shown], value(0), colour=LINE, alpha=0.13)
    picture.lines([shown], colour=LINE, width=4.5)
    draw_end(picture, shown[-1], usd(points[-1][1], signed=True), colour=LINE)


def _draw_drawdowns(
    picture: Picture, points: list[Point], since: datetime, until: datetime
) -> None:
    time = time_scale(since, until)
    fallen = drawdowns(points)
    lowest = min(-_LEAST_USD, *(amount for _, amount in fallen))
    value = Scale(lowest, 0.0, _DRAWDOWN_BOTTOM, _DRAWDOWN_TOP)
    shown = spots(stairs(thin(fallen, column_seconds=seconds_a_column(time))), time, value)
    picture.lines([[(LEFT, value(0)), (RIGHT, value(0))]], colour=FAINT, width=2.5)
    picture.areas([shown], value(0), colour=LOSS, alpha=0.75)


def _draw_worst(picture: Picture, name: str, worst: float) -> None:
    picture.write(name, (MARGIN, _DRAWDOWN_NAME_Y), colour=MUTED)
    label = f"max {usd(worst)}" if worst else "none"
    x = MARGIN + width(name, size=SMALL) + GAP
    picture.write(label, (x, _DRAWDOWN_NAME_Y), colour=LOSS, bold=True)
