"""Foreign text made fit for a picture: what the font has no sign for, and what is too long."""

import re
import unicodedata
from functools import cache
from pathlib import Path

import matplotlib
from matplotlib.font_manager import FontProperties
from matplotlib.ft2font import FT2Font

from bot.text import one_line

# Longer than any line of a picture; spares measuring texts that nobody will see.
_LONGEST = 400
_UNKNOWN = "□"
# Emoji, marks that combine with a sign, format characters, private use: no loss where they lack.
_ORNAMENTS = {"So", "Sk", "Mn", "Me", "Cf", "Co"}


@cache
def face(*, bold: bool = False) -> FontProperties:
    """The font that comes with matplotlib, so that a picture looks the same on every machine."""
    return FontProperties(fname=str(_file(bold=bold)))


def drawable(text: str) -> str:
    """Text on one line, of signs that the font has; others leave a box, emoji leave nothing."""
    signs = _signs()
    shown = "".join(
        sign if ord(sign) in signs else _instead_of(sign) for sign in one_line(text)[:_LONGEST]
    )
    return one_line(re.sub(f"{_UNKNOWN}+", _UNKNOWN, shown))


def width(text: str, *, size: int, bold: bool = False) -> float:
    """How long a drawable text is in the picture, in pixels."""
    return _width(_font(size, bold=bold), text)


def fit(text: str, *, within: float, size: int, bold: bool = False) -> str:
    """Drawable text at most `within` pixels long; its middle goes, for ids differ at both ends."""
    text = drawable(text)
    font = _font(size, bold=bold)
    if _width(font, text) <= within:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if _width(font, _without_middle(text, middle)) <= within:
            fits = middle
        else:
            too_long = middle
    return _without_middle(text, fits)


def _without_middle(text: str, kept: int) -> str:
    tail = kept // 2
    return f"{text[: kept - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"


def _font(size: int, *, bold: bool) -> FT2Font:
    font = FT2Font(_file(bold=bold))
    font.set_size(size, 72)
    return font


def _width(font: FT2Font, text: str) -> float:
    font.set_text(text)
    return font.get_width_height()[0] / 64  # FreeType counts in 64ths of a pixel


def _instead_of(sign: str) -> str:
    return "" if unicodedata.category(sign) in _ORNAMENTS else _UNKNOWN


@cache
def _signs() -> frozenset[int]:
    plain, bold = (FT2Font(_file(bold=bold)).get_charmap() for bold in (False, True))
    return frozenset(plain) & frozenset(bold)


def _file(*, bold: bool) -> Path:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Path(matplotlib.get_data_path(), "fonts", "ttf", name)
