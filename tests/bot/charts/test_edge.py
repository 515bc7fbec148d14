"""The chart of one pair's edge."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.charts import EdgePoint, edge_chart
from bot.charts.edge import beside, live_runs
from bot.charts.frame import LEFT, RIGHT, nothing_to_show
from bot.charts.picture import HEIGHT, LINE, LOSS, WIDTH
from tests.bot.charts.pictures import covers, size, where

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
STEP = timedelta(seconds=15)


def point(seconds_ago: float, net_edge_cents: float = 3.0) -> EdgePoint:
    """An edge that was live some time ago."""
    return EdgePoint(timestamp=NOW - timedelta(seconds=seconds_ago), net_edge_cents=net_edge_cents)


def draw(points: list[EdgePoint], *, pair: str = "pm-1:k-2", limit: float | None = 2.5) -> bytes:
    """The chart of the last hour."""
    return edge_chart(
        pair, points, since=NOW - HOUR, until=NOW, longest_gap=2 * STEP, min_net_edge_cents=limit
    )


def test_a_gap_stays_empty() -> None:
    """Where the edge was not live there is no line."""
    live = [point(ago) for ago in (*range(3600, 2400, -15), *range(1200, -1, -15))]

    line = where(draw(live), LINE)

    third = (RIGHT - LEFT) // 3
    assert line[:, LEFT + 10 : LEFT + third - 10].any(axis=0).all()
    assert not line[:, LEFT + third + 10 : RIGHT - third - 10].any()
    assert line[:, RIGHT - third + 10 : RIGHT - 10].any(axis=0).all()


def test_what_is_not_live_has_no_last_value() -> None:
    """The margin names a value only while it is true."""
    ended = where(draw([point(ago) for ago in range(3600, 600, -15)]), LINE)
    live = where(draw([point(ago) for ago in range(3600, -1, -15)]), LINE)

    assert not ended[:, RIGHT + 10 :].any()
    assert live[:, RIGHT + 10 :].any()


def test_the_limit_is_a_line_of_its_own() -> None:
    """Where no limit is known none is drawn."""
    points = [point(30), point(15), point(0)]

    assert covers(draw(points), LOSS) > 0
    assert covers(draw(points, limit=None), LOSS) == 0


@pytest.mark.parametrize("points", [[], [point(7200)], [point(60, float("nan"))]])
def test_no_live_edge_is_said_in_words(points: list[EdgePoint]) -> None:
    """Nothing, something before this time, and what is no number."""
    said = nothing_to_show("pm-1:k-2", "No live edge in this time", NOW - HOUR, NOW)

    assert draw(points) == said


def test_a_single_point_is_a_dot() -> None:
    """It is seen, and joined with nothing."""
    dot = where(draw([point(1800)]), LINE)

    assert 4 <= dot.sum() <= 100


def test_runs_take_only_the_time_asked_for() -> None:
    """And come in order."""
    runs = live_runs([point(0), point(15), point(9999)], NOW - HOUR, NOW, STEP)

    assert [len(run) for run in runs] == [2]
    assert runs[0] == sorted(runs[0])


def test_labels_make_room_for_each_other() -> None:
    """The value moves, the limit stays."""
    assert [beside(y, 300) for y in (100, 299, 301, 340)] == [100, 264, 336, 340]


@pytest.mark.parametrize(
    "pair", ["$x$ ^_{" * 40, "🚀" * 300, "a\x00\u202eb\n" * 60, "中文" * 150, r"\$" * 150, ""]
)
def test_any_name_can_be_drawn(pair: str) -> None:
    """As plain text, whatever it would mean elsewhere."""
    png = draw([point(15), point(0)], pair=pair)

    assert size(png) == (WIDTH, HEIGHT)


def test_ten_thousand_points_are_small() -> None:
    """Thousands of gaps among them; small enough to send at once."""
    points = [point(n * 0.36, n * 7919 % 1000 / 100 - 4) for n in range(10_000) if n % 5]

    png = edge_chart(
        "pm-1:k-2",
        points,
        since=NOW - HOUR,
        until=NOW,
        longest_gap=timedelta(seconds=0.4),
        min_net_edge_cents=2.5,
    )

    assert size(png) == (WIDTH, HEIGHT)
    assert len(png) < 100_000
