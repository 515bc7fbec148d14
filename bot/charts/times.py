"""Times on the horizontal axis, in UTC."""

from datetime import UTC, datetime

_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_STEPS = (
    *(minutes * _MINUTE for minutes in (1, 2, 5, 10, 15, 30)),
    *(hours * _HOUR for hours in (1, 2, 3, 6, 12)),
    *(days * _DAY for days in (1, 2, 4, 7, 14, 28, 91, 182, 365)),
)


def time_ticks(since: datetime, until: datetime, *, most: int = 4) -> list[tuple[float, str]]:
    """At most `most` round times as seconds since 1970, and what to call each."""
    first, last = since.timestamp(), until.timestamp()
    wanted = max(last - first, _MINUTE) / most
    step = next((step for step in _STEPS if step >= wanted), wanted // _DAY * _DAY + _DAY)
    number = -int(-first // step)
    ticks: list[tuple[float, str]] = []
    while number * step <= last and len(ticks) < most:
        ticks.append((number * step, _name(number * step, step)))
        number += 1
    return ticks


def span(since: datetime, until: datetime) -> str:
    """From when to when: by the minute up to two days, else by the day."""
    since, until = since.astimezone(UTC), until.astimezone(UTC)
    if (until - since).total_seconds() > 2 * _DAY:
        return f"{_day(since)} – {_day(until)} UTC"
    end = f"{until:%H:%M}" if since.date() == until.date() else f"{_day(until)} {until:%H:%M}"
    return f"{_day(since)} {since:%H:%M} – {end} UTC"


def _name(seconds: float, step: float) -> str:
    time = datetime.fromtimestamp(seconds, UTC)
    if step >= 91 * _DAY:
        return f"{time:%b %Y}"
    return f"{time:%H:%M}" if seconds % _DAY else _day(time)


def _day(time: datetime) -> str:
    return f"{time.day} {time:%b}"
