"""What the charts over time share: title, scales, ticks, the label at the end of a line."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.charts.numbers import round_ticks
from bot.charts.picture import (
    BRIGHT,
    FAINT,
    HEIGHT,
    LARGE,
    MEDIUM,
    SMALL,
    WIDTH,
    Picture,
    Spot,
)
from bot.charts.series import Point
from bot.charts.times import span, time_ticks
from bot.charts.words import fit, width

LEFT = 140
RIGHT = 806
MARGIN = 30
GAP = 30  # between texts on one line
TITLE_Y = 46
TIMES_Y = 562


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight way from values to pixels: `low` is drawn at `start`, `high` at `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        """Where a value is drawn."""
        return self.start + (value - self.low) / (self.high - self.low) * (self.end - self.start)


def time_scale(since: datetime, until: datetime) -> Scale:
    """From the left of the plot to its right, a second at least."""
    start = since.timestamp()
    return Scale(start, max(until.timestamp(), start + 1), LEFT, RIGHT)


def value_scale(values: Iterable[float], *, least: float, top: float, bottom: float) -> Scale:
    """From the bottom of the plot to its top: 0, all values, and a little air; `least` high."""
    values = [0.0, *values]
    low, high = min(values), max(values)
    missing = max(least - (high - low), 0)
    air = max(high - low, least) * 0.06
    return Scale(low - (air if low < 0 else 0), high + missing + air, bottom, top)


def spots(points: Iterable[Point], time: Scale, value: Scale) -> list[Spot]:
    """Where points are drawn."""
    return [(time(seconds), value(amount)) for seconds, amount in points]


def seconds_a_column(time: Scale) -> float:
    """Time that two pixels stand for; finer than this no eye sees."""
    return (time.high - time.low) / (time.end - time.start) * 2


def draw_title(picture: Picture, title: str, note: str = "") -> None:
    """What is shown, and at the right a note."""
    room = WIDTH - 2 * MARGIN - GAP - width(note, size=SMALL)
    shown = fit(title, within=room, size=MEDIUM, bold=True)
    picture.write(shown, (MARGIN, TITLE_Y), size=MEDIUM, colour=BRIGHT, bold=True)
    picture.write(note, (WIDTH - MARGIN, TITLE_Y), align="right")


def draw_values(picture: Picture, scale: Scale, name: Callable[[float], str]) -> None:
    """A few round values with a thin line each, the one of 0 stronger."""
    for tick in round_ticks(scale.low, scale.high):
        y = scale(tick)
        picture.lines([[(LEFT, y), (RIGHT, y)]], colour=FAINT, width=1 if tick else 2.5)
        picture.write(name(tick), (LEFT - 14, y), align="right")


def draw_times(picture: Picture, since: datetime, until: datetime) -> None:
    """A few round times below the plot, kept inside of it."""
    scale = time_scale(since, until)
    for seconds, name in time_ticks(since, until):
        x = min(max(scale(seconds), LEFT), RIGHT)
        picture.write(name, (x, TIMES_Y), align="center")


def draw_end(
    picture: Picture, at: Spot, label: str, *, colour: str, label_y: float | None = None
) -> None:
    """The last point of a line, with its value in the margin; `label_y` where it must give way."""
    y = at[1] if label_y is None else label_y
    picture.dots([at], colour=colour, size=16)
    picture.write(label, (RIGHT + 18, y), size=MEDIUM, colour=colour, bold=True)


def nothing_to_show(title: str, message: str, since: datetime, until: datetime) -> bytes:
    """A picture that says that there is nothing, and for which time."""
    picture = Picture()
    draw_title(picture, title)
    picture.write(message, (WIDTH / 2, HEIGHT / 2 - 28), size=LARGE, colour=BRIGHT, align="center")
    picture.write(span(since, until), (WIDTH / 2, HEIGHT / 2 + 32), align="center")
    return picture.png()
