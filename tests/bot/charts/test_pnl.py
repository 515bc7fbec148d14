"""The chart of realized P&L."""

import gc
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from matplotlib.figure import Figure

from arbwatch.answers import EquityPoint, PnlReport
from bot.charts import pnl_chart
from bot.charts.frame import LEFT, RIGHT, nothing_to_show
from bot.charts.picture import GROUND, HEIGHT, LINE, WIDTH
from bot.charts.pnl import worst_drawdown
from bot.charts.series import earned_since
from tests.bot.charts.pictures import covers, size, where
from tests.conftest import wait_until

NOW = datetime(2026, 7, 14, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def report(*amounts: float, max_drawdown_usd: float = 0.0) -> PnlReport:
    """A cumulative P&L of an amount at the end of each hour up to now."""
    curve = [
        EquityPoint(timestamp=NOW - timedelta(hours=hours), pnl_usd=amount, drawdown_usd=0.0)
        for hours, amount in zip(reversed(range(len(amounts))), amounts, strict=True)
    ]
    return PnlReport(
        equity_usd=10_000.0,
        realized_usd=amounts[-1] if amounts else 0.0,
        day_usd=0.0,
        week_usd=0.0,
        month_usd=0.0,
        drawdown_usd=0.0,
        drawdown_ratio=0.0,
        drawdown_since=None,
        max_drawdown_usd=max_drawdown_usd,
        max_drawdown_ratio=max_drawdown_usd / 10_000,
        max_drawdown_from=None,
        max_drawdown_to=None,
        sharpe_ratio=None,
        sharpe_low=None,
        sharpe_high=None,
        sharpe_samples=0,
        sortino_ratio=None,
        curve=curve,
        days=[],
        weeks=[],
        months=[],
    )


def figures() -> list[Figure]:
    """Those in memory; an earlier test's bot may still be drawing one."""
    gc.collect()
    return [found for found in gc.get_objects() if type(found) is Figure]


def test_a_rising_curve_ends_at_the_top_right() -> None:
    """The line fills the plot; its value stands in the margin beside its end."""
    png = pnl_chart(report(*range(1, 20)), since=NOW - DAY, until=NOW)

    line = where(png, LINE)
    assert size(png) == (WIDTH, HEIGHT)
    assert line[80:140, RIGHT - 6 : RIGHT + 6].any()
    assert line[80:140, RIGHT + 18 :].any()
    assert not line[150:, RIGHT - 6 :].any()


def test_no_fill_is_said_in_words() -> None:
    """Neither an error nor a line of zeros."""
    said = nothing_to_show("Realized P&L", "No fills in this time", NOW, NOW + DAY)

    assert pnl_chart(report(), since=NOW, until=NOW + DAY) == said
    assert pnl_chart(report(5.0), since=NOW, until=NOW + DAY) == said
    assert covers(said, LINE) == 0


def test_one_fill_is_a_step() -> None:
    """Nothing until it happened, its result from then on."""
    hour = timedelta(hours=1)

    line = where(pnl_chart(report(5.0), since=NOW - hour, until=NOW + hour), LINE)

    middle = (LEFT + RIGHT) // 2
    assert not line[:340, LEFT : middle - 10].any()
    assert not line[140:, middle + 10 : RIGHT - 10].any()
    assert line[140:340, middle - 4 : middle + 4].any()


@pytest.mark.parametrize(
    "amounts",
    [(0.0, 0.0), (0.01, 0.0), (-5.0, -60.0), (1e6, -1e6), (1e12, 1e13), tuple(range(10_000))],
)
def test_any_result_can_be_drawn(amounts: tuple[float, ...]) -> None:
    """Nothing, very little, losses, very much, and a long time; small enough to send at once."""
    png = pnl_chart(report(*amounts), since=NOW - len(amounts) * DAY / 24, until=NOW)

    assert size(png) == (WIDTH, HEIGHT)
    assert len(png) < 100_000


def test_the_ledgers_drawdown_counts_where_all_is_shown() -> None:
    """It knows each fill; a part of the curve knows the hours only, and says so."""
    whole = report(10.0, 4.0, 8.0, max_drawdown_usd=-9.0)
    part = whole.curve[0].timestamp

    assert worst_drawdown(whole, earned_since(whole.curve, NOW - DAY)) == ("Drawdown", -9.0)
    by_the_hour = worst_drawdown(whole, earned_since(whole.curve, part))
    assert by_the_hour == ("Drawdown, by the hour", -6.0)


def test_a_clock_ahead_of_ours_is_no_error() -> None:
    """The exporter's last point may be later than our now."""
    png = pnl_chart(report(1.0, 2.0), since=NOW - DAY, until=NOW - timedelta(seconds=2))

    assert size(png) == (WIDTH, HEIGHT)


def test_the_ground_reaches_every_corner() -> None:
    """No seam shows in the light theme."""
    ground = where(pnl_chart(report(), since=NOW - DAY, until=NOW), GROUND)

    assert ground[0].all()
    assert ground[-1].all()
    assert ground[:, 0].all()
    assert ground[:, -1].all()


def test_charts_may_be_drawn_in_threads() -> None:
    """Side by side each comes out as it does alone."""
    reports = [report(*range(n)) for n in range(5, 13)]

    def draw(each: PnlReport) -> bytes:
        return pnl_chart(each, since=NOW - DAY, until=NOW)

    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(draw, reports))

    assert together == [draw(each) for each in reports]


def test_a_drawn_chart_leaves_nothing_behind() -> None:
    """No figure stays in memory."""
    for hours in range(20):
        pnl_chart(report(*range(hours)), since=NOW - DAY, until=NOW)

    wait_until(lambda: not figures())
