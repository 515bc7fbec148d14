"""The chart of open exposure against its limits."""

import pytest

from arbwatch.answers import ExposureTotal
from bot.charts import exposure_chart
from bot.charts.exposure import Row
from bot.charts.frame import MARGIN
from bot.charts.picture import ALARM, BRIGHT, HEIGHT, LINE, WIDTH
from tests.bot.charts.pictures import columns, covers, size, where

# Pixels: more than any text has, less than the smallest bar here.
A_BAR = 10_000


def total(venue: str, usd: float) -> ExposureTotal:
    """Open notional of a venue."""
    return ExposureTotal(name=venue, total_notional_usd=usd, num_positions=1)


def test_over_the_limit_is_drawn_in_the_alarm_colour() -> None:
    """And only there."""
    limits = {"kalshi": 5000.0, "polymarket": 5000.0}

    over = exposure_chart([total("polymarket", 5240), total("kalshi", 4000)], limits_usd=limits)
    within = exposure_chart([total("polymarket", 5000), total("kalshi", 4000)], limits_usd=limits)

    assert size(over) == (WIDTH, HEIGHT)
    assert covers(over, ALARM) > A_BAR
    assert covers(over, LINE) > A_BAR
    assert covers(within, ALARM) == 0


def test_the_mark_stands_at_the_limit() -> None:
    """Half of the limit is half of the way to the mark."""
    png = exposure_chart([total("kalshi", 2500)], limits_usd={"kalshi": 5000.0})

    bar_ends = max(columns(where(png, LINE)))
    mark = max(columns(where(png, BRIGHT)))
    assert bar_ends - MARGIN == pytest.approx((mark - MARGIN) / 2, abs=3)


@pytest.mark.parametrize(
    ("exposure", "limit", "label"),
    [
        (4210.5, 5000.0, "$4.21k of $5k · 84%"),
        (5000.0, 5000.0, "$5k of $5k · 100%"),
        (5240.0, 5000.0, "⚠ over: $5.24k of $5k · 105%"),
        (1200.0, None, "$1.2k · no limit known"),
        (0.0, 5000.0, "$0 of $5k · 0%"),
    ],
)
def test_a_row_says_what_its_bar_shows(exposure: float, limit: float | None, label: str) -> None:
    """Nobody needs to tell colours apart."""
    assert Row("kalshi", exposure, limit).label == label


@pytest.mark.parametrize("count", [0, 1, 4, 5, 40])
def test_any_number_of_venues_can_be_drawn(count: int) -> None:
    """None is said in words; what has no room is counted."""
    totals = [total(f"$venue$ {n} 🚀 {'long ' * 60}", n * 1e5) for n in range(count)]

    png = exposure_chart(totals, limits_usd={})

    assert size(png) == (WIDTH, HEIGHT)
    assert len(png) < 100_000


def test_nothing_open_has_no_bar() -> None:
    """An exposure of 0 is an empty track."""
    png = exposure_chart([total("kalshi", 0)], limits_usd={"kalshi": 5000.0})

    assert covers(png, LINE) == 0
