"""Weeks and months of a day, where calendars are odd."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exporter.statistics.periods import Period, date_of, day_of, first_day, name_of


@pytest.mark.parametrize(
    ("date", "monday", "week", "first", "month"),
    [
        ("2025-11-16", "2025-11-10", "2025-W46", "2025-11-01", "2025-11"),
        ("2025-11-17", "2025-11-17", "2025-W47", "2025-11-01", "2025-11"),
        ("2027-01-01", "2026-12-28", "2026-W53", "2027-01-01", "2027-01"),
        ("2024-12-30", "2024-12-30", "2025-W01", "2024-12-01", "2024-12"),
    ],
)
def test_weeks_begin_on_mondays_and_may_reach_over_the_year(
    date: str, monday: str, week: str, first: str, month: str
) -> None:
    """By ISO 8601: the week belongs to the year of its Thursday."""
    day = day_of(datetime.fromisoformat(date).replace(hour=23, tzinfo=UTC))

    assert date_of(first_day("week", day)).isoformat() == monday
    assert date_of(first_day("month", day)).isoformat() == first
    assert [name_of(period, day) for period in PERIODS] == [date, week, month]


@given(st.integers(15_000, 40_000))
def test_every_day_of_a_period_has_its_name(day: int) -> None:
    """From its first day on; the day before that has another."""
    for period in PERIODS:
        first = first_day(period, day)

        assert name_of(period, first) == name_of(period, day)
        assert name_of(period, first - 1) != name_of(period, day)


PERIODS: tuple[Period, ...] = ("day", "week", "month")
