"""UTC days, ISO weeks and calendar months, by their number of days since 1970."""

from datetime import date, datetime, timedelta
from typing import Literal

from exporter.ledger.units import EPOCH

Period = Literal["day", "week", "month"]


def day_of(moment: datetime) -> int:
    """The UTC day, counted from 1970, that a moment lies in."""
    return (moment - EPOCH).days


def date_of(day: int) -> date:
    """The date of a day since 1970."""
    return (EPOCH + timedelta(days=day)).date()


def first_day(period: Period, day: int) -> int:
    """The day on which the period of a day began: weeks on Mondays."""
    if period == "week":
        return day - date_of(day).weekday()
    return day - date_of(day).day + 1 if period == "month" else day


def name_of(period: Period, day: int) -> str:
    """`2026-01-15`, `2026-W03` or `2026-01`; the first days of a year may be in the last week."""
    date = date_of(day)
    if period == "week":
        week = date.isocalendar()
        return f"{week.year:04}-W{week.week:02}"
    return f"{date:%Y-%m}" if period == "month" else date.isoformat()
