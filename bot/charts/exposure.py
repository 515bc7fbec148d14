"""The chart of open exposure: each venue's notional against its limit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from arbwatch.answers import ExposureTotal
from bot.charts.frame import GAP, MARGIN, Scale, draw_title
from bot.charts.numbers import share, usd
from bot.charts.picture import (
    ALARM,
    BRIGHT,
    FAINT,
    HEIGHT,
    LARGE,
    LINE,
    MEDIUM,
    MUTED,
    SMALL,
    WIDTH,
    Picture,
)
from bot.charts.words import fit, width

MOST_ROWS = 4
_TITLE = "Open exposure"
_TOP, _BOTTOM = 92, 580
_ROW_HEIGHT = 205  # at most; many venues share the height
_MORE_HEIGHT = 44
_WORDS_Y, _BAR_Y, _BAR_HEIGHT = 30, 64, 80  # in a row; a bar is lower where rows are
_MARK_RISE = 8


@dataclass(frozen=True, slots=True)
class Row:
    """A venue's open notional and its limit, if one is known."""

    venue: str
    exposure_usd: float
    limit_usd: float | None

    @property
    def is_over(self) -> bool:
        """Whether the limit is exceeded; to stand at it is allowed."""
        return bool(self.limit_usd) and self.exposure_usd > (self.limit_usd or 0)

    @property
    def colour(self) -> str:
        """The alarm's over the limit only."""
        return ALARM if self.is_over else LINE

    @property
    def label(self) -> str:
        """Exposure, limit and share in a few words."""
        if not self.limit_usd:
            return f"{usd(self.exposure_usd)} · no limit known"
        part = share(self.exposure_usd, self.limit_usd)
        label = f"{usd(self.exposure_usd)} of {usd(self.limit_usd)} · {part}"
        return f"⚠ over: {label}" if self.is_over else label


def exposure_chart(
    totals: Sequence[ExposureTotal], *, limits_usd: Mapping[str, float | None]
) -> bytes:
    """PNG with a bar for each venue, in USD, in this order, and a mark at its limit."""
    picture = Picture()
    if not totals:
        draw_title(picture, _TITLE)
        middle = (WIDTH / 2, HEIGHT / 2)
        picture.write("No open exposure", middle, size=LARGE, colour=BRIGHT, align="center")
        return picture.png()
    draw_title(picture, _TITLE, f"{usd(sum(total.total_notional_usd for total in totals))} in all")
    rows = [
        Row(total.name, total.total_notional_usd, limits_usd.get(total.name)) for total in totals
    ]
    _draw_rows(picture, rows[:MOST_ROWS], bottom=_BOTTOM - _MORE_HEIGHT * (len(rows) > MOST_ROWS))
    if len(rows) > MOST_ROWS:
        picture.write(f"… and {len(rows) - MOST_ROWS} more", (MARGIN, _BOTTOM - _MORE_HEIGHT / 2))
    return picture.png()


def _draw_rows(picture: Picture, rows: Sequence[Row], *, bottom: float) -> None:
    longest = max(max(row.exposure_usd, row.limit_usd or 0) for row in rows)
    scale = Scale(0, max(longest, 1), MARGIN, WIDTH - MARGIN - 4)
    height = min((bottom - _TOP) / len(rows), _ROW_HEIGHT)
    first = (_TOP + bottom - height * len(rows)) / 2
    for number, row in enumerate(rows):
        _draw_words(picture, row, first + number * height)
        _draw_bar(picture, row, scale, top=first + number * height + _BAR_Y, room=height - _BAR_Y)


def _draw_words(picture: Picture, row: Row, top: float) -> None:
    y = top + _WORDS_Y
    room = WIDTH - 2 * MARGIN - GAP - width(row.label, size=SMALL, bold=row.is_over)
    name = fit(row.venue, within=room, size=MEDIUM, bold=True)
    picture.write(name, (MARGIN, y), size=MEDIUM, colour=BRIGHT, bold=True)
    colour = ALARM if row.is_over else MUTED
    picture.write(row.label, (WIDTH - MARGIN, y), colour=colour, align="right", bold=row.is_over)


def _draw_bar(picture: Picture, row: Row, scale: Scale, *, top: float, room: float) -> None:
    height = min(room - 3 * _MARK_RISE, _BAR_HEIGHT)
    if row.limit_usd:
        track = scale(row.limit_usd) - MARGIN
        picture.bar((MARGIN, top), width=track, height=height, colour=FAINT)
    if row.exposure_usd > 0:
        length = max(scale(row.exposure_usd) - MARGIN, 4)
        picture.bar((MARGIN, top), width=length, height=height, colour=row.colour)
    if row.limit_usd:
        x = scale(row.limit_usd)
        mark = [(x, top - _MARK_RISE), (x, top + height + _MARK_RISE)]
        picture.lines([mark], colour=BRIGHT, width=5)
