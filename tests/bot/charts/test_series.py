"""What is drawn is what was measured: cut, summed up and thinned without inventing anything."""

from datetime import UTC, datetime, timedelta
from math import nan

from arbwatch.answers import EquityPoint
from bot.charts.series import drawdowns, earned_since, split, stairs, thin

START = datetime(2026, 7, 14, tzinfo=UTC)
SECOND = START.timestamp()


def curve(*amounts: float) -> list[EquityPoint]:
    """A P&L of an amount at each hour."""
    return [
        EquityPoint(timestamp=START + timedelta(hours=hour), pnl_usd=amount, drawdown_usd=0.0)
        for hour, amount in enumerate(amounts)
    ]


def test_earnings_count_from_the_time_asked_for() -> None:
    """What was earned before is no part of the day's result."""
    earned = earned_since(curve(100, 140, 130), START)

    assert earned == [(SECOND + 3600, 40), (SECOND + 7200, 30)]


def test_the_first_fill_ever_counts_in_full() -> None:
    """Before it there was nothing."""
    assert earned_since(curve(100), START - timedelta(days=1)) == [(SECOND, 100)]


def test_what_was_earned_before_is_not_shown() -> None:
    """One old point is no fill in this time."""
    assert earned_since(curve(100), START + timedelta(days=1)) == []


def test_drawdown_is_the_way_below_the_best() -> None:
    """It ends where a new best begins."""
    assert drawdowns([(0, 0), (1, 10), (2, 4), (3, 12)]) == [(0, 0), (1, 0), (2, -6), (3, 0)]


def test_a_value_holds_until_the_next() -> None:
    """Between two fills nothing is earned: a step, not a slope."""
    assert stairs([(0, 0), (5, 10), (9, 4)]) == [(0, 0), (5, 0), (5, 10), (9, 10), (9, 4)]
    assert stairs([]) == []


def test_a_gap_is_not_bridged() -> None:
    """A missing minute, and a value that is no number, end the run."""
    points = [(0, 1.0), (15, 2.0), (75, 3.0), (90, nan), (105, 4.0)]

    assert split(points, longest_gap_seconds=20) == [
        [(0, 1.0), (15, 2.0)],
        [(75, 3.0)],
        [(105, 4.0)],
    ]


def test_thinning_keeps_the_extremes() -> None:
    """A spike of one point among 10,000 is still seen."""
    points = [(float(second), 0.0) for second in range(10_000)]
    points[4321] = (4321.0, 9.0)
    points[4322] = (4322.0, -9.0)

    kept = thin(points, column_seconds=100)

    assert len(kept) <= 400
    assert {points[0], points[4321], points[4322], points[-1]} <= set(kept)
    assert kept == sorted(kept)


def test_few_points_are_all_kept() -> None:
    """One to a column: nothing to leave out."""
    points = [(0.0, 1.0), (100.0, 5.0), (250.0, 2.0)]

    assert thin(points, column_seconds=50) == points
