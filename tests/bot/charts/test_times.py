"""The horizontal axis shows a few round times in UTC."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.charts.times import span, time_ticks

NOON = datetime(2026, 7, 14, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("back", "names"),
    [
        (timedelta(hours=1), ["11:15", "11:30", "11:45", "12:00"]),
        (timedelta(days=1), ["18:00", "14 Jul", "06:00", "12:00"]),
        (timedelta(days=7), ["8 Jul", "10 Jul", "12 Jul", "14 Jul"]),
        (timedelta(days=365), ["Oct 2025", "Apr 2026"]),
    ],
)
def test_ticks_suit_the_time_shown(back: timedelta, names: list[str]) -> None:
    """Minutes in an hour, days in a week; midnight is told as the day that begins."""
    assert [name for _, name in time_ticks(NOON - back, NOON)] == names


@given(st.floats(min_value=0, max_value=1e9))
def test_ticks_are_few_and_inside(seconds: float) -> None:
    """From no time at all to decades."""
    since = NOON - timedelta(seconds=seconds)

    ticks = time_ticks(since, NOON)

    assert len(ticks) <= 4
    assert all(since.timestamp() <= tick <= NOON.timestamp() for tick, _ in ticks)


def test_a_span_is_told_in_utc() -> None:
    """By the minute within a day or two, else by the day."""
    since = datetime(2026, 7, 14, 13, 5, tzinfo=timezone(timedelta(hours=2)))

    assert span(since, NOON) == "14 Jul 11:05 – 12:05 UTC"
    assert span(since - timedelta(days=1), NOON) == "13 Jul 11:05 – 14 Jul 12:05 UTC"
    assert span(since - timedelta(days=7), NOON) == "7 Jul – 14 Jul UTC"
