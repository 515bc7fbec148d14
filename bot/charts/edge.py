"""The chart of one pair's edge: when it was live, and when it was worth taking."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from bot.charts.frame import (
    LEFT,
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
from bot.charts.numbers import cents
from bot.charts.picture import LINE, LOSS, Picture, Spot
from bot.charts.series import Point, split, thin

_TOP, _BOTTOM = 100, 526
_LEAST_CENTS = 0.5
# The labels of the limit and of the last value stand beside each other's heights.
_LABEL_HEIGHT = 36


class EdgePoint(Struct, frozen=True, kw_only=True):
    """Net edge of a pair, in cents per contract, at a time when it was live."""

    timestamp: datetime
    net_edge_cents: float


def edge_chart(
    pair_id: str,
    points: Sequence[EdgePoint],
    *,
    since: datetime,
    until: datetime,
    longest_gap: timedelta,
    min_net_edge_cents: float | None,
) -> bytes:
    """PNG of a pair's net edge, in cents, with the limit below which it is not worth taking.

    Points further apart than `longest_gap` are not joined: between them the edge was not live.
    """
    runs = live_runs(points, since, until, longest_gap)
    if not runs:
        return nothing_to_show(pair_id, "No live edge in this time", since, until)
    amounts = [amount for run in runs for _, amount in run]
    limits = [] if min_net_edge_cents is None else [min_net_edge_cents]
    time = time_scale(since, until)
    value = value_scale([*amounts, *limits], least=_LEAST_CENTS, top=_TOP, bottom=_BOTTOM)
    picture = Picture()
    draw_title(picture, pair_id, "UTC")
    draw_values(picture, value, cents)
    draw_times(picture, since, until)
    _draw_runs(picture, runs, time, value, limits)
    is_live = until.timestamp() - runs[-1][-1][0] <= longest_gap.total_seconds()
    label = cents(amounts[-1]) if is_live else None
    _draw_labels(picture, label, (time(runs[-1][-1][0]), value(amounts[-1])), value, limits)
    return picture.png()


def live_runs(
    points: Sequence[EdgePoint], since: datetime, until: datetime, longest_gap: timedelta
) -> list[list[Point]]:
    """The times in which the edge was live without a break, each with its points."""
    series = [
        (point.timestamp.timestamp(), point.net_edge_cents)
        for point in points
        if since <= point.timestamp <= until
    ]
    return split(series, longest_gap_seconds=longest_gap.total_seconds())


def beside(y: float, other: float) -> float:
    """A height for a label that leaves room for another one, moved as little as can be."""
    if abs(y - other) >= _LABEL_HEIGHT:
        return y
    return other + (_LABEL_HEIGHT if y > other else -_LABEL_HEIGHT)


def _draw_runs(
    picture: Picture, runs: list[list[Point]], time: Scale, value: Scale, limits: list[float]
) -> None:
    column = seconds_a_column(time)
    shown = [spots(thin(run, column_seconds=column), time, value) for run in runs]
    lines = [run for run in shown if len(run) > 1]
    for limit in map(value, limits if lines else []):
        picture.areas(lines, limit, colour=LINE, alpha=0.3, above=limit)
    picture.lines(lines, colour=LINE, width=4)
    picture.dots([run[0] for run in shown if len(run) == 1], colour=LINE, size=6)
    for limit in map(value, limits):  # on top, so that a crowded line does not hide it
        picture.lines([[(LEFT, limit), (RIGHT, limit)]], colour=LOSS, width=3, dashed=True)


def _draw_labels(
    picture: Picture, live: str | None, at: Spot, value: Scale, limits: list[float]
) -> None:
    label_y = at[1]
    for limit in limits:
        limit_y = value(limit)
        picture.write(f"min {cents(limit)}", (RIGHT + 18, limit_y), colour=LOSS, bold=True)
        label_y = beside(label_y, limit_y)
    if live:
        draw_end(picture, at, live, colour=LINE, label_y=label_y)
    else:
        picture.write("not live", (RIGHT + 18, label_y))
