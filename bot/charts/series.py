"""Rows of (seconds since 1970, value): cut, summed up and thinned before they are drawn."""

import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate, groupby, pairwise

from arbwatch.answers import EquityPoint

Point = tuple[float, float]


def earned_since(curve: Sequence[EquityPoint], since: datetime) -> list[Point]:
    """Cumulative P&L in USD counted from a time on; only the points after it."""
    before = [point.pnl_usd for point in curve if point.timestamp <= since]
    start = before[-1] if before else 0.0
    return [
        (point.timestamp.timestamp(), point.pnl_usd - start)
        for point in curve
        if point.timestamp > since
    ]


def drawdowns(points: Sequence[Point]) -> list[Point]:
    """How far each value stands below the best before it; 0 or negative."""
    peaks = accumulate((value for _, value in points), max)
    return [(time, value - peak) for (time, value), peak in zip(points, peaks, strict=True)]


def stairs(points: Sequence[Point]) -> list[Point]:
    """The same with a corner before each change: a value holds until the next."""
    corners = [
        corner for (_, value), after in pairwise(points) for corner in ((after[0], value), after)
    ]
    return [*points[:1], *corners]


def split(points: Iterable[Point], *, longest_gap_seconds: float) -> list[list[Point]]:
    """Runs of points with no gap between them longer than that; what is no number is a gap."""
    runs: list[list[Point]] = []
    for point in sorted(point for point in points if math.isfinite(point[1])):
        if runs and point[0] - runs[-1][-1][0] <= longest_gap_seconds:
            runs[-1].append(point)
        else:
            runs.append([point])
    return runs


def thin(points: Sequence[Point], *, column_seconds: float) -> list[Point]:
    """First, lowest, highest and last of each column: as many as the eye can tell apart."""
    kept: list[Point] = []
    for _, column in groupby(points, key=lambda point: point[0] // column_seconds):
        here = list(column)
        low, high = (pick(range(len(here)), key=lambda n: here[n][1]) for pick in (min, max))
        kept += [here[n] for n in sorted({0, low, high, len(here) - 1})]
    return kept
