"""A picture to draw on, in pixels from the top left; the only file that knows matplotlib's figures.

No axes: each chart has few marks, and knows where it wants them.
"""

import io
import threading
from collections.abc import Sequence
from typing import Literal

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import FancyBboxPatch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.transforms import IdentityTransform

from bot.charts.words import face

Align = Literal["left", "center", "right"]
# Pixels from the left, pixels from the top.
Spot = tuple[float, float]

WIDTH = 1000
HEIGHT = 600

# The picture has its own ground, so that it looks the same in Discord's dark and light themes.
GROUND = "#2b2d31"
FAINT = "#44474f"
MUTED = "#b5bac1"
BRIGHT = "#f2f3f5"
# Blue and orange of Okabe and Ito, told apart with every kind of colour blindness
# (https://jfly.uni-koeln.de/color); the alarm's red is also always said in words.
LINE = "#56b4e9"
LOSS = "#e69f00"
ALARM = "#ff6157"

# A picture 1,000 pixels wide is shown about 360 wide on a phone: nothing smaller than this.
SMALL = 27
MEDIUM = 32
LARGE = 40

_DOTS_AN_INCH = 72  # a point is a pixel then
# Figures are independent, but matplotlib does not promise that they may be drawn side by side.
_DRAWING = threading.Lock()


class Picture:
    """What will become one PNG; it lives as long as the chart is drawn."""

    def __init__(self) -> None:
        size = (WIDTH / _DOTS_AN_INCH, HEIGHT / _DOTS_AN_INCH)
        self._figure = Figure(figsize=size, dpi=_DOTS_AN_INCH, facecolor=GROUND)
        FigureCanvasAgg(self._figure)

    def write(
        self,
        text: str,
        at: Spot,
        *,
        size: int = SMALL,
        colour: str = MUTED,
        align: Align = "left",
        bold: bool = False,
    ) -> None:
        """Text centred on its height, drawn as it is; foreign text goes through `fit` first."""
        x, y = at
        self._figure.text(
            x / WIDTH,
            1 - y / HEIGHT,
            text,
            fontproperties=face(bold=bold),
            fontsize=size,
            color=colour,
            horizontalalignment=align,
            verticalalignment="center_baseline",
            parse_math=False,
        )

    def lines(
        self, parts: Sequence[Sequence[Spot]], *, colour: str, width: float, dashed: bool = False
    ) -> None:
        """Lines of one look, each through its own points."""
        joined = [spot for part in parts for spot in (*part, (float("nan"), float("nan")))]
        self._add(
            Line2D(
                [x for x, _ in joined],
                [HEIGHT - y for _, y in joined],
                color=colour,
                linewidth=width,
                dashes=(4, 3) if dashed else (None, None),
                solid_joinstyle="round",
                solid_capstyle="round",
            )
        )

    def dots(self, spots: Sequence[Spot], *, colour: str, size: float) -> None:
        """Round marks, `size` pixels across."""
        xs, ys = [x for x, _ in spots], [HEIGHT - y for _, y in spots]
        self._add(
            Line2D(
                xs, ys, linestyle="", marker="o", color=colour, markersize=size, markeredgewidth=0
            )
        )

    def areas(
        self,
        parts: Sequence[Sequence[Spot]],
        base: float,
        *,
        colour: str,
        alpha: float,
        above: float = HEIGHT,
    ) -> None:
        """What lies between each line and the height `base`, as far as it is above `above`."""
        # One path for all: thousands of patches would take most of a second.
        path = Path.make_compound_path(*(_outline(part, base) for part in parts))
        patch = PathPatch(path, facecolor=colour, alpha=alpha, linewidth=0)
        self._add(patch)
        patch.set_clip_path(
            Rectangle((0, HEIGHT - above), WIDTH, above, transform=IdentityTransform())
        )

    def bar(self, at: Spot, *, width: float, height: float, colour: str) -> None:
        """A bar with softened corners; `at` is its upper left corner."""
        x, y = at
        softness = min(6, width / 2, height / 2)
        self._add(
            FancyBboxPatch(
                (x, HEIGHT - y - height),
                width,
                height,
                boxstyle=f"round,pad=0,rounding_size={softness}",
                facecolor=colour,
                linewidth=0,
            )
        )

    def png(self) -> bytes:
        """The finished picture."""
        data = io.BytesIO()
        with _DRAWING:
            self._figure.savefig(data, format="png", dpi=_DOTS_AN_INCH)
        return data.getvalue()

    def _add(self, artist: Artist) -> None:
        artist.set_transform(IdentityTransform())
        self._figure.add_artist(artist)


def _outline(part: Sequence[Spot], base: float) -> Path:
    start, end = (part[0][0], base), (part[-1][0], base)
    return Path([(x, HEIGHT - y) for x, y in (start, *part, end, start)], closed=True)
