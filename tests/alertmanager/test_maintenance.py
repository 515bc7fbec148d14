"""Kalshi's weekly maintenance: when it is, and what is not told meanwhile."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.alertmanager.conftest import Sink, alert, started
from tests.alertmanager.test_config import CONFIG, config
from tests.stack.processes import wait_for

# Thursdays around both changes of New York's clocks in 2026 (March 8 and November 1), and far from
# them: the UTC hour at which the maintenance begins.
BEGINS = [
    ("2026-01-15", 8),
    ("2026-03-05", 8),
    ("2026-03-12", 7),
    ("2026-07-16", 7),
    ("2026-10-29", 7),
    ("2026-11-05", 8),
    ("2026-12-24", 8),
]
[NAMED] = config()["time_intervals"]
[INTERVAL] = NAMED["time_intervals"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
# What follows that looks at the clock lasts no longer.
LONGEST_RUN = timedelta(minutes=2)
ANY_TIME = """
      - times: [{start_time: "00:00", end_time: "24:00"}]
"""


def is_maintained(moment: datetime) -> bool:
    """Whether the interval has this moment, read by another clock than Alertmanager's."""
    local = moment.astimezone(ZoneInfo(INTERVAL["location"]))
    [hours] = INTERVAL["times"]
    is_within = hours["start_time"] <= f"{local:%H:%M}" < hours["end_time"]
    return WEEKDAYS[local.weekday()] in INTERVAL["weekdays"] and is_within


@pytest.mark.parametrize(("day", "hour"), BEGINS)
def test_it_follows_new_yorks_clocks(day: str, hour: int) -> None:
    """Two hours from 03:00 in New York, to the minute; not on the day before or after."""
    begin = datetime.fromisoformat(day).replace(hour=hour, tzinfo=UTC)
    minute, length = timedelta(minutes=1), timedelta(hours=2)

    assert [
        is_maintained(begin + offset) for offset in (-minute, timedelta(), length - minute)
    ] == [
        False,
        True,
        True,
    ]
    assert not is_maintained(begin + length)
    assert not any(is_maintained(begin + timedelta(days=days)) for days in (-1, 1))


def test_it_is_once_a_week_throughout_the_years() -> None:
    """104 hours a year, or 106 in one with 53 Thursdays."""
    first = datetime(2026, 1, 1, tzinfo=UTC)

    hours = sum(is_maintained(first + timedelta(hours=hour)) for hour in range(24 * 365))

    assert hours == 106


def within(text: str) -> str:
    """The configuration as it is during the maintenance, whenever that is."""
    begin, end = text.index("\n      - weekdays: [thursday]"), text.index("\n# Held back")
    return text[:begin] + ANY_TIME + text[end:]


@pytest.mark.e2e
@pytest.mark.parametrize(("at", "is_told"), [(within, False), (str, True)])
def test_kalshis_warnings_wait_until_it_is_over(
    sink: Sink, tmp_path: Path, at: Callable[[str], str], is_told: bool
) -> None:
    """What is critical is told, a halt above all; so is what concerns the other venue."""
    now = datetime.now(UTC)
    if is_maintained(now) or is_maintained(now + LONGEST_RUN):  # It may begin meanwhile.
        at, is_told = within, False
    warning = {"severity": "warning", "topic": "feed"}
    silent = alert("ArbLost", severity="critical", topic="feed", action="halt", venue="kalshi")

    with started(tmp_path, posts_to=sink.port, text=at(CONFIG.read_text())) as alertmanager:
        alertmanager.post(alert("ArbKalshi", venue="kalshi", **warning))
        alertmanager.post(alert("ArbOther", venue="polymarket", **warning))
        wait_for(lambda: sink.alerts("ArbOther", "firing"))
        alertmanager.post(silent)
        wait_for(lambda: sink.alerts("ArbLost", "firing"))
        if is_told:
            wait_for(lambda: sink.alerts("ArbKalshi", "firing"))

    assert bool(sink.alerts("ArbKalshi", "firing")) is is_told
